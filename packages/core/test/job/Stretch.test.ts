import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { CampaignId } from "../../src/campaign/CampaignId.ts"
import * as Stretch from "../../src/job/Stretch.ts"

const largestSpace = 2n ** 63n - 1n

describe("Stretch", () => {
  it("cuts any campaign into few, each beginning where the one before ends", () =>
    fc.assert(
      fc.property(fc.bigInt(0n, largestSpace), fc.bigInt(0n, largestSpace), (start, count) => {
        const stretches = Stretch.cut(start, count)
        assert.isAtMost(stretches.length, 10_000)
        let at = start
        for (const { from, until } of stretches) {
          assert.isTrue(from === at && until > from)
          at = until
        }
        assert.strictEqual(at, start + count)
      })
    ))

  it("cuts what is usual into pieces that a worker is soon through with", () =>
    fc.assert(
      fc.property(fc.bigInt(1n, 500_000_000n), (count) => {
        for (const { from, until } of Stretch.cut(0n, count).slice(0, 3)) assert.isTrue(until - from <= 50_000n)
      })
    ))

  it("names a job by SHA-256, as a UUID of version 8", () =>
    fc.assert(
      fc.asyncProperty(fc.uuid(), fc.option(fc.bigInt(0n, largestSpace)), async (campaign, from) => {
        const text = `${campaign}/${from ?? "all"}`
        const digest = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).subarray(
          0,
          16
        )
        digest[6] = (digest[6]! & 0x0f) | 0x80
        digest[8] = (digest[8]! & 0x3f) | 0x80
        const id = Stretch.jobId(CampaignId.make(campaign), from === null ? null : { from, until: from + 1n })
        assert.strictEqual(id.replaceAll("-", ""), digest.toString("hex"))
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      })
    ))
})
