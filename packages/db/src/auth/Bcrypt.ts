import { createHmac } from "node:crypto"
import { type HashedPassword, longestTyped, normalise } from "@domainflow/core/auth/Password"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import type { KeyRing } from "@domainflow/core/KeyRing"
import * as Ring from "@domainflow/core/KeyRing"
import { hash as bcrypt, parseOptions, verify } from "@node-rs/bcrypt"
import { Effect, Layer, Redacted, Schema, Semaphore } from "effect"

/** 2^12 rounds, about a fifth of a second: as much as a login may take. */
export const defaultCost = 12
/** A stored hash that would take longer than 2^14 rounds is none of ours, and not worth a second of everyone's time. */
export const maxCost = 14
/** Hashes at once. Each keeps a core busy; with more, nothing else is answered on a machine of two. */
export const maxConcurrent = 2

export interface Options {
  /** By version, a whole number from 2: 0 and 1 are what rows hold that were hashed without a pepper. */
  readonly peppers: KeyRing
  /** The binary logarithm of bcrypt's rounds; less than the default for tests only. */
  readonly cost?: number
}

/** The current pepper's id cannot be written to `password_pepper_version`. */
export class InvalidPepperVersion extends Schema.TaggedError<InvalidPepperVersion>()("InvalidPepperVersion", {
  id: Schema.String
}) {
  override get message() {
    return `pepper "${this.id}": peppers are numbered from 2 (0 and 1 stand for passwords that were stored without one)`
  }
}

/**
 * Passwords as bcrypt over base64(HMAC-SHA-384(pepper, NFKC(password))): 64 characters, whatever was typed, so bcrypt's limit of
 * 72 bytes and its stopping at NUL concern nobody. A row whose pepper version has no key is checked without a pepper.
 */
export const layer = ({ cost = defaultCost, peppers }: Options) =>
  Layer.effect(
    PasswordHasher,
    Effect.gen(function* () {
      const { id } = yield* peppers.current
      if (!/^([2-9]|[1-9][0-9]{1,8})$/.test(id)) return yield* new InvalidPepperVersion({ id })
      const turn = yield* Semaphore.make(maxConcurrent)
      const nobody = yield* Effect.promise(() => bcrypt("nobody", { cost }))
      /** A hash goes on when nobody waits for it any more, so its turn lasts as long: who hangs up makes no room. */
      const inTurn = <A>(hashing: Effect.Effect<A>) => turn.withPermits(1)(Effect.uninterruptible(hashing))

      return PasswordHasher.of({
        hash: (password) =>
          Effect.gen(function* () {
            const pepper = yield* peppers.current
            const input = peppered(pepper, Redacted.value(password))
            const hash = yield* Effect.promise(() => bcrypt(input, { cost }))
            return { hash: Redacted.make(hash), pepperVersion: Number(pepper.id) }
          }).pipe(inTurn, Effect.withSpan("PasswordHasher.hash")),

        verify: (password, stored) =>
          Effect.gen(function* () {
            const pepper = stored === null ? null : yield* peppers.find(`${stored.pepperVersion}`)
            const input = typed(password, pepper)
            const storedCost = stored === null ? null : costOf(stored)
            if (stored === null || storedCost === null || input === null) {
              yield* Effect.promise(() => verify("somebody", nobody))
              return { matches: false, outdated: false }
            }
            const matches = yield* Effect.promise(() => verify(input, Redacted.value(stored.hash)))
            // 2^c + 2^c + 2^(c+1) + … + 2^(cost-1) = 2^cost: a hash made cheaply takes as long to check as any other.
            for (let rest = storedCost; rest < cost; rest++)
              yield* Effect.promise(() => bcrypt("nobody", { cost: rest }))
            const current = yield* peppers.current
            const outdated = matches && (storedCost < cost || pepper?.id !== current.id)
            return { matches, outdated }
          }).pipe(inTurn, Effect.withSpan("PasswordHasher.verify"))
      })
    })
  )

/** The peppers of the environment variable `DOMAINFLOW_PEPPERS`: `3:base64,2:base64`, the current one first. */
export const layerConfig = Layer.unwrap(
  Effect.gen(function* () {
    return layer({ peppers: yield* Ring.config("DOMAINFLOW_PEPPERS") })
  })
)

/** What bcrypt is to check of a password that somebody typed; null where it cannot be a right one. */
const typed = (password: Redacted.Redacted, pepper: Ring.Key | null): string | null => {
  const given = Redacted.value(password)
  if (given.length > longestTyped) return null
  return pepper === null ? unpeppered(given) : peppered(pepper, given)
}

const peppered = (pepper: Ring.Key, password: string): string =>
  createHmac("sha384", Redacted.value(pepper.bytes)).update(normalise(password)).digest("base64")

/** As older programs hashed it. What bcrypt would have cut off was never part of such a password, so it cannot be in a right one. */
const unpeppered = (password: string): string | null =>
  password.includes("\0") || Buffer.byteLength(password) > 72 ? null : password

/** Null where it is no bcrypt hash, or one that would take too long. */
const costOf = (stored: HashedPassword): number | null => {
  try {
    const { cost } = parseOptions(Redacted.value(stored.hash))
    return cost > maxCost ? null : cost
  } catch {
    return null
  }
}
