import { Clock, Context, Effect } from "effect"

/** Fills `bytes` with random ones. The default is the platform's cryptographic source; a test may be predictable. */
export const RandomBytes = Context.Reference<(bytes: Uint8Array) => Uint8Array>("@domainflow/core/RandomBytes", {
  defaultValue: () => (bytes) => {
    // getRandomValues refuses more than 65,536 bytes a call.
    for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
    return bytes
  }
})

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/**
 * `count` UUIDs of version 7 (RFC 9562 5.7), increasing within the call. Time-ordered keys keep the primary key's
 * index local, which is worth 10 to 25 % of a bulk append.
 */
export const uuids = (count: number, millis: number, random: (bytes: Uint8Array) => Uint8Array): Array<string> => {
  const noise = random(new Uint8Array(count * 8))
  const time = millis.toString(16).padStart(12, "0")
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7`
  const ids = new Array<string>(count)
  for (let i = 0, at = 0; i < count; i++, at += 8) {
    // rand_a counts within the call; past 4,096 ids order is by chance, which only costs locality.
    const counter = (i & 0xfff).toString(16).padStart(3, "0")
    const b = (o: number) => hex[noise[at + o]!]!
    ids[i] = `${head}${counter}-${hex[0x80 | (noise[at]! & 0x3f)]}${b(1)}-${b(2)}${b(3)}${b(4)}${b(5)}${b(6)}${b(7)}`
  }
  return ids
}

/** `count` fresh ids by the clock and the randomness of the context. */
export const many = (count: number) =>
  Effect.gen(function* () {
    return uuids(count, yield* Clock.currentTimeMillis, yield* RandomBytes)
  })

/** One fresh id. */
export const one = Effect.map(many(1), (ids) => ids[0]!)
