import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { observe, percentage, rate, type Sample, timeLeft, window } from "../../src/campaign/Progress.ts"

const count = fc.bigInt(0n, 2n ** 63n - 1n)

/** Samples of a campaign that goes at its own pace: times and counts both only grow. */
const history = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60_000 }), fc.bigInt(0n, 10n ** 9n)), { minLength: 1, maxLength: 50 })
  .map((steps) => {
    const samples: Array<Sample> = []
    let now: Sample = { at: 0, processed: 0n }
    for (const [millis, done] of steps) {
      now = { at: now.at + millis, processed: now.processed + done }
      samples.push(now)
    }
    return samples
  })

describe("percentage", () => {
  it("is 100 exactly when nothing is left", () =>
    fc.assert(
      fc.property(count, count, (processed, total) => {
        const percent = percentage(processed, total)
        assert.isTrue(percent >= 0 && percent <= 100)
        assert.strictEqual(percent === 100, processed >= total)
      }),
      { examples: [[2n ** 62n - 1n, 2n ** 62n]] }
    ))

  it("never goes back as more is done", () =>
    fc.assert(
      fc.property(count, count, count, (a, b, total) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        assert.isTrue(percentage(less, total) <= percentage(more, total))
      })
    ))

  it("is 100 when there is nothing to do", () => assert.strictEqual(percentage(0n, 0n), 100))
})

describe("rate", () => {
  it("is nobody's guess before two moments are known", () => {
    assert.isNull(rate([]))
    assert.isNull(rate([{ at: 5, processed: 9n }]))
    assert.isNull(
      rate([
        { at: 5, processed: 9n },
        { at: 5, processed: 12n }
      ])
    )
  })

  it("of a steady campaign is its speed, however often one looks", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 2, maxLength: 100 }),
        (perSecond, pauses) => {
          let seconds = 0
          let samples: ReadonlyArray<Sample> = []
          for (const pause of pauses) {
            seconds += pause
            samples = observe(samples, { at: seconds * 1_000, processed: BigInt(seconds * perSecond) })
          }
          assert.closeTo(rate(samples)!, perSecond, 1e-6)
        }
      )
    ))

  it("forgets what lies behind the window, and nothing within it", () =>
    fc.assert(
      fc.property(history, (samples) => {
        const kept = samples.reduce<ReadonlyArray<Sample>>(observe, [])
        const newest = samples.at(-1)!
        assert.deepStrictEqual(kept, samples.slice(-kept.length))
        for (const sample of samples) if (sample.at > newest.at - window) assert.include(kept, sample)
        assert.isTrue(kept.filter(({ at }) => at <= newest.at - window).length <= 1)
      })
    ))
})

describe("time left", () => {
  it("is what the rate needs for the rest", () => {
    const samples = [
      { at: 0, processed: 0n },
      { at: 2_000, processed: 100n }
    ]
    assert.strictEqual(timeLeft(samples, 400n), 6)
  })

  it("is nothing once all is done, and unknown while nothing moves", () => {
    const still = [
      { at: 0, processed: 100n },
      { at: 2_000, processed: 100n }
    ]
    assert.strictEqual(timeLeft(still, 100n), 0)
    assert.isNull(timeLeft(still, 101n))
    assert.isNull(timeLeft([], 1n))
  })
})
