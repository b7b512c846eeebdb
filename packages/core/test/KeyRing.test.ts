import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted, Result } from "effect"
import * as KeyRing from "../src/KeyRing.ts"

const key = Buffer.alloc(32, 7).toString("base64")
const parse = (text: string) => KeyRing.parse(Redacted.make(text))

it.effect("the first key is the current one, and old ones are found by their id", () =>
  Effect.gen(function* () {
    const ring = yield* Effect.fromResult(parse(`k2:${Buffer.alloc(32, 2).toString("base64")}, k1:${key}`))
    assert.strictEqual((yield* ring.current).id, "k2")
    assert.deepStrictEqual(Redacted.value((yield* ring.find("k1"))!.bytes), new Uint8Array(32).fill(7))
    assert.isNull(yield* ring.find("k3"))
  })
)

it("what is no ring is refused by the place of the entry, and never repeated", () => {
  const cases = [
    ["", 1, "is not of the form"],
    ["k1", 1, "is not of the form"],
    [`k1:${key},k2:sesame`, 2, "is too short"],
    [`k1:${key},k1:${key}`, 2, "has the id of another"],
    [`k 1:${key}`, 1, "is not of the form"]
  ] as const
  for (const [text, entry, reason] of cases) {
    const refused = Result.getOrThrow(Result.flip(parse(text)))
    assert.strictEqual(refused.entry, entry)
    assert.include(refused.message, reason)
    assert.notInclude(refused.message, "sesame")
    assert.notInclude(refused.message, key)
  }
})

it.effect("a ring is read from the environment, and a bad one is a configuration error without the key in it", () =>
  Effect.gen(function* () {
    const read = (value: string) =>
      Effect.gen(function* () {
        return yield* KeyRing.config("KEYS")
      }).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ KEYS: value }))))

    assert.strictEqual((yield* (yield* read(`now:${key}`)).current).id, "now")
    const refused = yield* Effect.flip(read("now:c2VzYW1lIG9wZW4="))
    assert.include(refused.message, "KEYS: key 1: is too short")
    assert.notInclude(`${refused}`, "c2VzYW1lIG9wZW4=")
  })
)
