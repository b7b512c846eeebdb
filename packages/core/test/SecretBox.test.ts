import { assert, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as KeyRing from "../src/KeyRing.ts"
import { type Place, SecretBox } from "../src/SecretBox.ts"

const key = (id: string, fill: number): KeyRing.Key => ({ id, bytes: Redacted.make(new Uint8Array(32).fill(fill)) })
const place: Place = { table: "proxies", column: "password_hash", row: "018f3c1e-0000-7000-8000-000000000001" }
const secret = Redacted.make("opensesame, ünïcode and all 🔑")
const text = Redacted.value(secret)

layer(SecretBox.layer(KeyRing.make([key("k1", 1)])))("SecretBox", (it) => {
  it.effect("what is sealed opens in its place", () =>
    Effect.gen(function* () {
      const box = yield* SecretBox
      const [one, two] = [yield* box.seal(secret, place), yield* box.seal(secret, place)]

      assert.match(one, /^enc:v1:k1:[A-Za-z0-9_-]+$/)
      assert.notStrictEqual(one, two)
      assert.strictEqual(Redacted.value(yield* box.open(one, place)), text)
      assert.strictEqual(Redacted.value(yield* box.open(two, place)), text)
      assert.strictEqual(Redacted.value(yield* box.open(yield* box.seal(Redacted.make(""), place), place)), "")
    })
  )

  it.effect("and nowhere else: not in another row, column or table", () =>
    Effect.gen(function* () {
      const box = yield* SecretBox
      const envelope = yield* box.seal(secret, place)
      for (const elsewhere of [
        { ...place, row: "018f3c1e-0000-7000-8000-000000000002" },
        { ...place, column: "username" },
        { ...place, table: "users" },
        { table: 'proxies","password', column: "hash", row: place.row }
      ])
        assert.strictEqual((yield* Effect.flip(box.open(envelope, elsewhere))).reason, "altered or moved")
    })
  )

  it.effect("no bit of it can be changed", () =>
    Effect.gen(function* () {
      const box = yield* SecretBox
      const sealed = Buffer.from((yield* box.seal(secret, place)).split(":")[3]!, "base64url")
      for (let at = 0; at < sealed.length; at++) {
        const altered = Buffer.from(sealed)
        altered[at]! ^= 1 << (at % 8)
        const refused = yield* Effect.flip(box.open(`enc:v1:k1:${altered.toString("base64url")}`, place))
        assert.strictEqual(refused.reason, "altered or moved", `byte ${at}`)
      }
    })
  )

  it.effect("what is no envelope of ours is said to be none, and is not repeated", () =>
    Effect.gen(function* () {
      const box = yield* SecretBox
      for (const value of ["$2b$12$hashofsomeproxy", "enc:v1:k1:", "enc:v1:k1:AAAA", "enc:v2:k1:AAAA", "hunter2", ""]) {
        const refused = yield* Effect.flip(box.open(value, place))
        assert.strictEqual(refused.message, "no usable secret: no envelope")
      }
      const foreign = `enc:v1:k9:${Buffer.alloc(40).toString("base64url")}`
      assert.strictEqual((yield* Effect.flip(box.open(foreign, place))).reason, "unknown key")
    })
  )
})

it.effect(
  "after a rotation old envelopes open and are due, new ones are not, and a key that is gone opens nothing",
  () =>
    Effect.gen(function* () {
      const boxOf = (...keys: [KeyRing.Key, ...Array<KeyRing.Key>]) =>
        Effect.provide(SecretBox, SecretBox.layer(KeyRing.make(keys)), { local: true })
      const [before, during, after] = [
        yield* boxOf(key("old", 1)),
        yield* boxOf(key("new", 2), key("old", 1)),
        yield* boxOf(key("new", 2))
      ]
      const old = yield* before.seal(secret, place)

      assert.isTrue(yield* during.isStale(old))
      const renewed = yield* during.seal(yield* during.open(old, place), place)
      assert.isFalse(yield* during.isStale(renewed))
      assert.strictEqual(Redacted.value(yield* after.open(renewed, place)), text)
      assert.strictEqual((yield* Effect.flip(after.open(old, place))).reason, "unknown key")
    })
)
