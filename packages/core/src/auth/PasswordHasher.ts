import { Context, Effect, Layer, Redacted } from "effect"
import { type AcceptedPassword, type HashedPassword, normalise } from "./Password.ts"
import { sha256 } from "./Token.ts"

/** What checking a password came to. */
export interface PasswordCheck {
  readonly matches: boolean
  /** It matches, but is stored less well than today: without the current pepper, or at a lower cost. */
  readonly outdated: boolean
}

/** How passwords are turned into what may be stored. */
export class PasswordHasher extends Context.Service<
  PasswordHasher,
  {
    readonly hash: (password: AcceptedPassword) => Effect.Effect<HashedPassword>

    /**
     * Takes as long whatever `stored` is: a hash of today, one made at a lower cost, a malformed one, or none at all. An
     * account that is not there is checked against `null`.
     */
    readonly verify: (password: Redacted.Redacted, stored: HashedPassword | null) => Effect.Effect<PasswordCheck>
  }
>()("@domainflow/core/PasswordHasher") {
  /** Salted SHA-256: quick to compute and so quick to guess. For stores that live as long as the process, and nothing else. */
  static readonly layerMemory = Layer.succeed(PasswordHasher, {
    hash: (password) =>
      Effect.map(digest(crypto.randomUUID(), password), (hash) => ({ hash: Redacted.make(hash), pepperVersion: 1 })),
    verify: (password, stored) => {
      const kept = stored === null ? "" : Redacted.value(stored.hash)
      return Effect.map(digest(kept.split("$")[0]!, password), (hash) => ({ matches: hash === kept, outdated: false }))
    }
  })
}

const digest = (salt: string, password: Redacted.Redacted) =>
  Effect.map(sha256(`${salt}$${normalise(Redacted.value(password))}`), (hash) => `${salt}$${hash}`)
