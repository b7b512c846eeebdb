import { Config, ConfigProvider, Effect, Redacted, Result, Schema } from "effect"
import { Base64 } from "effect/encoding"

/** A key and the name it is known by in what it made. */
export interface Key {
  readonly id: string
  readonly bytes: Redacted.Redacted<Uint8Array>
}

/**
 * Keys by id: new things are made with the current one, old things name theirs. A host may answer from a vault or a key
 * service instead of from configuration.
 */
export interface KeyRing {
  readonly current: Effect.Effect<Key>
  readonly find: (id: string) => Effect.Effect<Key | null>
}

/** HMAC-SHA-384 and AES-256 take 256 bits and more; less is a password, not a key. */
const minBytes = 32

/** A ring that does not change; the first key is the current one. */
export const make = (keys: readonly [Key, ...ReadonlyArray<Key>]): KeyRing => ({
  current: Effect.succeed(keys[0]),
  find: (id) => Effect.succeed(keys.find((key) => key.id === id) ?? null)
})

/** The text is no ring; the message names the entry by its place, never by its content. */
export class InvalidKeyRing extends Schema.TaggedError<InvalidKeyRing>()("InvalidKeyRing", {
  entry: Schema.Int,
  reason: Schema.String
}) {
  override get message() {
    return `key ${this.entry}: ${this.reason}; expected \`id:base64,id:base64\`, the current key first, each of ${minBytes} random bytes at least`
  }
}

/** Reads `id:base64,id:base64`, the current key first. Rotation puts a new one in front; an old one stays while anything names it. */
export const parse = (text: Redacted.Redacted): Result.Result<KeyRing, InvalidKeyRing> =>
  Result.gen(function* () {
    const keys: Array<Key> = []
    for (const [index, entry] of Redacted.value(text).split(",").entries()) {
      const refuse = (reason: string) => Result.fail(new InvalidKeyRing({ entry: index + 1, reason }))
      const [, id, encoded] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})\s*$/.exec(entry) ?? []
      if (id === undefined || encoded === undefined) return yield* refuse("is not of the form id:base64")
      if (keys.some((key) => key.id === id)) return yield* refuse("has the id of another")
      const bytes = Result.getOrElse(Base64.decode(encoded), () => new Uint8Array())
      if (bytes.length < minBytes) return yield* refuse("is too short")
      keys.push({ id, bytes: Redacted.make(bytes, { label: "key" }) })
    }
    // A split has one part at least, and each became a key or returned above.
    return make(keys as [Key, ...Array<Key>])
  })

/** A ring from configuration, such as the environment variable `name`. */
export const config = (name: string): Config.Config<KeyRing> =>
  Config.Redacted(name).pipe(
    Config.mapEffect((text) =>
      Effect.mapError(
        Effect.fromResult(parse(text)),
        ({ message }) => new Config.ConfigError(new ConfigProvider.SourceError({ message: `${name}: ${message}` }))
      )
    )
  )
