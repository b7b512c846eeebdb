import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { TokenBucket } from "../../src/dns/TokenBucket.ts"

/** Takes whatever may be taken at each of the times. */
const takenAt = (bucket: TokenBucket, times: ReadonlyArray<number>) =>
  times.map((now) => {
    let taken = 0
    while (taken < 1_000_000 && bucket.take(now)) taken++
    return taken
  })

describe("TokenBucket", () => {
  it("lets a burst go at once and the rest at its rate", () => {
    assert.deepStrictEqual(takenAt(new TokenBucket(100, 5, 0), [0, 9, 10, 45, 10_000]), [5, 0, 1, 3, 5])
  })

  it("without a burst lets a tenth of a second go at once", () => {
    assert.deepStrictEqual(takenAt(new TokenBucket(1_000, 0, 0), [0, 1, 5]), [100, 1, 4])
    assert.deepStrictEqual(takenAt(new TokenBucket(2, 0, 0), [0, 499, 500]), [1, 0, 1])
  })

  it("reaches a fast rate though timers are slow, whatever the burst", () => {
    const everyTenMillis = Array.from({ length: 100 }, (_, i) => 10 * (i + 1))
    const taken = takenAt(new TokenBucket(50_000, 1, 0), everyTenMillis)
    assert.strictEqual(
      taken.reduce((sum, count) => sum + count),
      50_000
    )
  })

  it("without a rate lets everything pass", () => {
    const bucket = new TokenBucket(0, 0, 0)
    assert.isTrue(bucket.take(0))
    assert.isAtMost(bucket.next(3), 3)
  })

  it("never lets more pass than burst and rate allow, and tells when the next may", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat(50), { minLength: 1, maxLength: 40 }),
        (rate, burst, gaps) => {
          const bucket = new TokenBucket(rate, burst, 0)
          let now = 0
          let taken = 0
          for (const gap of gaps) {
            now += gap
            taken += takenAt(bucket, [now])[0]!
            const next = bucket.next(now)
            assert.isAbove(next, now)
            assert.isAtMost(next - now, 1_000 / rate + 1e-6)
          }
          // What may go at once is the burst, or what passes between two timers.
          assert.isAtMost(taken, Math.max(burst, rate / 100, 1) + (now * rate) / 1_000 + 1e-6)
        }
      )
    )
  })
})
