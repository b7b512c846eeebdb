import { Context, Effect, Redacted, Schema, Semaphore, Stream } from "effect"
import { Base64Url } from "effect/encoding"
import type { Key, KeyRing } from "../KeyRing.ts"

/**
 * The keys that seal the audit trails; null (the default) leaves them unsealed. They never go to the database: whoever can write
 * there cannot make a seal.
 */
export const AuditKeys = Context.Reference<KeyRing | null>("@domainflow/core/AuditKeys", { defaultValue: () => null })

/** The seal of a line: its place in the chain, and a MAC over the line and the seal before it. */
export interface Seal {
  readonly seq: bigint
  /** `v1:<key id>:<base64url of HMAC-SHA-256>` (RFC 2104). */
  readonly mac: string
}

/** The seal before the first. */
export const genesis: Seal = { seq: 0n, mac: "" }

/**
 * A seal written down elsewhere: what proves that nothing up to it was cut off. Export one regularly to a place that the
 * database's administrator cannot change.
 */
export const Checkpoint = Schema.Struct({ chain: Schema.String, seq: Schema.BigIntFromString, mac: Schema.String })
export type Checkpoint = typeof Checkpoint.Type

/** One thing wrong with a trail. */
export const Finding = Schema.Struct({
  kind: Schema.Literals(["edited", "deleted", "missing", "cut", "unsealed", "unknown key"]),
  /** The place in the chain; null for a line that is in none. */
  seq: Schema.NullOr(Schema.BigIntFromString),
  entryId: Schema.NullOr(Schema.String)
})
export type Finding = typeof Finding.Type

export interface Verification {
  readonly chain: string
  /** Lines read, sealed or not. */
  readonly lines: number
  /** The last seal, to be exported as the next checkpoint. */
  readonly head: Checkpoint
  /** Empty: the trail is what was written, up to the last checkpoint for certain. */
  readonly findings: ReadonlyArray<Finding>
}

/** A line as the store has it: with its seal, or without (null), or a seal whose line is gone (`line` null). */
export interface Sealed {
  readonly seal: Seal | null
  readonly entryId: string
  readonly line: Schema.Json | null
}

/** No keys are configured, so there is nothing to verify by. */
export class Unsealed extends Schema.TaggedError<Unsealed>()("Unsealed", { chain: Schema.String }) {
  override get message() {
    return `${this.chain} is not sealed: configure audit keys, and lines written from then on can be verified`
  }
}

/** The seal that follows `before` and covers `line`. */
export const seal = Effect.fnUntraced(function* (ring: KeyRing, chain: string, before: Seal, line: Schema.Json) {
  const key = yield* ring.current
  const seq = before.seq + 1n
  return { seq, mac: yield* mac(key, [chain, `${seq}`, before.mac, line]) } satisfies Seal
})

/** Walks a trail in the order of its seals, lines without one last. `checkpoint` is one exported before. */
export const verify = <E, R>(
  ring: KeyRing,
  chain: string,
  trail: Stream.Stream<Sealed, E, R>,
  checkpoint: Checkpoint | null
): Effect.Effect<Verification, E, R> =>
  Effect.gen(function* () {
    const findings: Array<Finding> = []
    let before = genesis
    let lines = 0
    let reached = checkpoint === null || checkpoint.seq === 0n

    yield* Stream.runForEach(
      trail,
      Effect.fnUntraced(function* ({ entryId, line, seal }) {
        if (line !== null) lines++
        if (seal === null) return void findings.push({ kind: "unsealed", seq: null, entryId })
        for (let gap = before.seq + 1n; gap < seal.seq && gap <= before.seq + listed; gap++)
          findings.push({ kind: "missing", seq: gap, entryId: null })
        const key = yield* ring.find(seal.mac.split(":")[1] ?? "")
        if (key === null) findings.push({ kind: "unknown key", seq: seal.seq, entryId })
        else if (line === null) findings.push({ kind: "deleted", seq: seal.seq, entryId })
        else if ((yield* mac(key, [chain, `${seal.seq}`, before.mac, line])) !== seal.mac)
          findings.push({ kind: "edited", seq: seal.seq, entryId })
        reached ||= checkpoint !== null && seal.seq === checkpoint.seq && seal.mac === checkpoint.mac
        before = seal
      })
    )
    if (!reached && checkpoint !== null) findings.push({ kind: "cut", seq: checkpoint.seq, entryId: null })
    return { chain, lines, head: { chain, ...before }, findings }
  })

/** Places of one gap that are listed, the first ones: a forged number may leave a gap of any size. */
const listed = 1_000n

/** The chain of a trail that lives as long as the process; without keys it seals nothing. */
export const memory = Effect.fnUntraced(function* (chain: string) {
  const ring = yield* AuditKeys
  const turn = yield* Semaphore.make(1)
  const trail: Array<Sealed> = []

  return {
    seal: (entryId: string, line: Schema.Json) =>
      ring === null
        ? Effect.void
        : turn.withPermits(1)(
            Effect.map(seal(ring, chain, trail.at(-1)?.seal ?? genesis, line), (made) => {
              trail.push({ seal: made, entryId, line })
            })
          ),
    verify: (checkpoint: Checkpoint | null): Effect.Effect<Verification, Unsealed> =>
      ring === null ? Effect.fail(new Unsealed({ chain })) : verify(ring, chain, Stream.fromIterable(trail), checkpoint)
  }
})

const mac = (key: Key, message: Schema.Json) =>
  Effect.promise(async () => {
    const signature = await crypto.subtle.sign(
      "HMAC",
      await crypto.subtle.importKey(
        "raw",
        new Uint8Array(Redacted.value(key.bytes)),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"]
      ),
      new TextEncoder().encode(canonical(message))
    )
    return `v1:${key.id}:${Base64Url.encode(new Uint8Array(signature))}`
  })

/** JSON with its keys in order: jsonb does not keep the order they were written in. */
const canonical = (json: Schema.Json): string =>
  JSON.stringify(json, (_, value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  )
