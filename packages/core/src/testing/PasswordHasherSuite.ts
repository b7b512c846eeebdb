import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { proven } from "../auth/Password.ts"
import { PasswordHasher } from "../auth/PasswordHasher.ts"

const hash = Effect.fnUntraced(function* (password: string) {
  return yield* (yield* PasswordHasher).hash(proven(Redacted.make(password)))
})

/** What every `PasswordHasher` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<PasswordHasher, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`PasswordHasher (${name})`, (it) => {
    it.effect("tells every password from every other one, whatever its length and characters", () =>
      Effect.gen(function* () {
        const hasher = yield* PasswordHasher
        const long = "x".repeat(72)
        const pairs = [
          ["nine green bottles", "nine green bottle"],
          [`${long}a`, `${long}b`],
          [`${long}`, `${long}y`],
          ["before\0after", "before\0other"],
          ["before\0after", "before"],
          ["🦊".repeat(40), "🦊".repeat(41)]
        ] as const
        for (const [right, wrong] of pairs) {
          const stored = yield* hash(right)
          assert.isTrue((yield* hasher.verify(Redacted.make(right), stored)).matches)
          assert.isFalse((yield* hasher.verify(Redacted.make(wrong), stored)).matches, JSON.stringify([right, wrong]))
        }
      })
    )

    it.effect("takes a password however its accents are typed", () =>
      Effect.gen(function* () {
        const hasher = yield* PasswordHasher
        const stored = yield* hash("caf\u00e9 cr\u00e8me br\u00fbl\u00e9e")
        const check = yield* hasher.verify(Redacted.make("cafe\u0301 cre\u0300me bru\u0302le\u0301e"), stored)
        assert.isTrue(check.matches)
      })
    )

    it.effect("never stores one password twice alike, nor the password", () =>
      Effect.gen(function* () {
        const [one, two] = [yield* hash("nine green bottles"), yield* hash("nine green bottles")]
        assert.notStrictEqual(Redacted.value(one.hash), Redacted.value(two.hash))
        assert.notInclude(Redacted.value(one.hash), "nine green bottles")
        assert.notInclude(JSON.stringify(one), Redacted.value(one.hash))
      })
    )

    it.effect("nobody's password is nobody's, and one that was just stored is not outdated", () =>
      Effect.gen(function* () {
        const hasher = yield* PasswordHasher
        assert.deepStrictEqual(yield* hasher.verify(Redacted.make("nine green bottles"), null), {
          matches: false,
          outdated: false
        })
        assert.deepStrictEqual(yield* hasher.verify(Redacted.make("a b c d e f g h"), yield* hash("a b c d e f g h")), {
          matches: true,
          outdated: false
        })
      })
    )
  })
