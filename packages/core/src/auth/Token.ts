import { Effect, Redacted } from "effect"
import { Base64Url, Hex } from "effect/encoding"
import { RandomBytes } from "../Ids.ts"
import * as Sha256 from "../Sha256.ts"

/** 256 bits: guessing one is out of the question, so a plain hash of it is safe to store. */
const bytes = 32

/** A secret to hand out once, and what is kept of it. */
export interface Minted {
  readonly token: Redacted.Redacted
  /** SHA-256 in lower-case hex. */
  readonly hash: string
}

/** A fresh secret, 43 characters of base64url. */
export const mint: Effect.Effect<Minted> = Effect.gen(function* () {
  const random = yield* RandomBytes
  const token = Redacted.make(Base64Url.encode(random(new Uint8Array(bytes))), { label: "token" })
  return { token, hash: yield* hash(token) }
})

/** What a token is stored and looked up by. Any text has one, so a malformed token is simply unknown. */
export const hash = (token: Redacted.Redacted): Effect.Effect<string> => sha256(Redacted.value(token))

export const sha256 = (text: string): Effect.Effect<string> =>
  text.length <= short
    ? Effect.sync(() => Sha256.hex(text))
    : Effect.map(
        Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
        (digest) => Hex.encode(new Uint8Array(digest))
      )

/** Characters that are hashed on the spot: tokens have 43. What strangers send in their place may be longer. */
const short = 256
