import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import * as Client from "../auth/Client.ts"
import { RateLimits } from "../auth/RateLimits.ts"
import * as Ids from "../Ids.ts"
import { Elapse, type Ports } from "./authFixture.ts"

const bucket = Effect.map(Ids.one, (id) => `test:${id}`)

/** What every `RateLimits` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`RateLimits (${name})`, (it) => {
    it.effect("of 200 calls at once exactly as many pass as the limit says, and one is the first refused", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const buckets = [yield* bucket, yield* bucket]
        const taken = yield* Effect.forEach(Array.from({ length: 200 }), () => limits.take("login", buckets), {
          concurrency: "unbounded"
        })

        assert.strictEqual(taken.filter(({ passed }) => passed).length, 10)
        assert.strictEqual(taken.filter(({ justBlocked }) => justBlocked).length, 1)
        for (const { passed, retryAfter } of taken)
          if (passed) assert.strictEqual(retryAfter, 0)
          else assert.isTrue(retryAfter > 0 && retryAfter <= 15 * 60, `${retryAfter}`)
      })
    )

    it.effect("a call passes only if every bucket has room", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const [full, roomy] = [yield* bucket, yield* bucket]
        for (let n = 0; n < 5; n++) yield* limits.take("password_reset", [full])

        assert.isFalse((yield* limits.take("password_reset", [roomy, full])).passed)
        assert.isTrue((yield* limits.take("password_reset", [roomy])).passed)
        assert.isTrue((yield* limits.take("login", [full])).passed)
        assert.isTrue((yield* limits.take("login", [])).passed)
      })
    )

    it.effect("a block lasts twice as long each time in a row, and is forgiven by a window without one", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const elapse = yield* Elapse
        const own = yield* bucket
        const limit = { attempts: 2, minutes: 15 }
        const take = limits.take("login", [own], limit)
        const goOver = Effect.gen(function* () {
          assert.isTrue((yield* take).passed)
          assert.isTrue((yield* take).passed)
          const { passed, retryAfter } = yield* take
          assert.isFalse(passed)
          return Math.round(retryAfter / 60)
        })

        for (const minutes of [15, 30, 60]) {
          assert.strictEqual(yield* goOver, minutes)
          yield* elapse(`${minutes - 1} minutes`)
          assert.isFalse((yield* take).passed, `${minutes - 1} minutes into a block of ${minutes}`)
          yield* elapse("2 minutes")
        }
        assert.isTrue((yield* take).passed)
        yield* elapse("16 minutes")
        assert.strictEqual(yield* goOver, 15)
      })
    )

    it.effect("whoever proved to be the owner starts anew", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const own = yield* bucket
        for (let n = 0; n < 11; n++) yield* limits.take("login", [own])
        assert.isFalse((yield* limits.take("login", [own])).passed)
        yield* limits.clear("login", own)
        assert.isTrue((yield* limits.take("login", [own])).passed)
      })
    )

    it.effect("addresses of one /64 are one, and a mapped IPv4 address is itself", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const part = (yield* Ids.one).slice(-4)
        const neighbours = Array.from({ length: 12 }, (_, n) => Client.bucket(`2001:db8:1:${part}::${n + 1}`))
        const taken = yield* Effect.forEach(neighbours, (own) => limits.take("login", [own]))
        assert.deepStrictEqual(
          taken.map(({ passed }) => passed),
          [...Array(10).fill(true), false, false]
        )
        assert.isTrue((yield* limits.take("login", [Client.bucket(`2001:db8:2:${part}::1`)])).passed)
        assert.strictEqual(Client.bucket("::ffff:192.0.2.1"), Client.bucket("192.0.2.1"))
      })
    )

    it.effect("what no longer counts is swept", () =>
      Effect.gen(function* () {
        const limits = yield* RateLimits
        const elapse = yield* Elapse
        yield* limits.take("login", [yield* bucket])
        yield* elapse("3 days")
        const own = yield* bucket
        for (let n = 0; n < 11; n++) yield* limits.take("login", [own])

        assert.isAtLeast(yield* limits.sweep, 1)
        assert.strictEqual(yield* limits.sweep, 0)
        assert.isFalse((yield* limits.take("login", [own])).passed)
      })
    )
  })
