import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Rate from "../../src/http/Rate.ts"
import * as Wall from "../support/Wall.ts"

/** When each of `count` callers that come at once may pass, in milliseconds from now. */
const passes = (rate: Effect.Effect<void>, count: number) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.forkChild(
      Effect.forEach(
        Array.from({ length: count }),
        () =>
          Effect.andThen(
            rate,
            Effect.map(Clock.currentTimeMillis, (now) => now - start)
          ),
        { concurrency: "unbounded" }
      )
    )
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  })

describe("Rate", () => {
  it.effect("spaces callers evenly", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* passes(Rate.make(4, 1), 4), [0, 250, 500, 750])
      assert.deepStrictEqual(yield* passes(Rate.make(0.5, 1), 3), [0, 2_000, 4_000])
    })
  )

  it.effect("lets a burst pass after a rest, and not more", () =>
    Effect.gen(function* () {
      const rate = Rate.make(10, 3)
      assert.deepStrictEqual(yield* passes(rate, 5), [0, 0, 0, 100, 200])
      assert.deepStrictEqual(yield* passes(rate, 5), [0, 0, 0, 100, 200])
    })
  )

  it.effect("0 a second is no limit; a burst of 0 is a tenth of a second's worth", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* passes(Rate.make(0, 0), 3), [0, 0, 0])
      assert.deepStrictEqual(yield* passes(Rate.make(20, 0), 4), [0, 0, 50, 100])
      assert.deepStrictEqual(yield* passes(Rate.make(2, 0), 2), [0, 500])
    })
  )

  it.effect("takes no notice of a clock on the wall that is set back or ahead", () =>
    Effect.gen(function* () {
      const wall = yield* Wall.make
      const rate = Rate.make(4, 1).pipe(wall.seen)
      for (const step of [-hour, hour]) {
        yield* rate
        wall.step(step)
        assert.deepStrictEqual(yield* passes(rate, 3), [250, 500, 750])
      }
    })
  )
})

const hour = 3_600_000
