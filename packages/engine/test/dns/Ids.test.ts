import { assert, describe, it } from "@effect/vitest"
import { type Identified, Ids } from "../../src/dns/Ids.ts"

class Holder implements Identified {
  id = -1
  setId(id: number) {
    this.id = id
  }
}
const random = (bytes: Uint8Array) => crypto.getRandomValues(bytes)
const holders = (count: number) => Array.from({ length: count }, () => new Holder())

describe("Ids", () => {
  it("are unique among 50,000 in flight, and found again", () => {
    const ids = new Ids<Holder>(random)
    const all = holders(50_000)
    for (const holder of all) ids.claim(holder)
    assert.strictEqual(new Set(all.map(({ id }) => id)).size, 50_000)
    assert.isTrue(all.every((holder) => ids.at(holder.id) === holder))
  })

  it("are free again when they are released", () => {
    // Draws 7 always: a second holder could not claim anything while the first has it.
    const ids = new Ids<Holder>((bytes) => bytes.fill(7))
    for (const holder of holders(3)) {
      ids.claim(holder)
      assert.strictEqual(holder.id, 0x0707)
      ids.release(holder)
      assert.isUndefined(ids.at(0x0707))
    }
  })

  it("cannot be foretold: they spread over the whole range, in no order", () => {
    const ids = new Ids<Holder>(random)
    const all = holders(10_000)
    for (const holder of all) ids.claim(holder)
    const quarters = [0, 0, 0, 0]
    for (const { id } of all) quarters[id >> 14]!++
    // Each quarter expects 2,500 with a deviation of 43: ten of those are never seen.
    for (const quarter of quarters) assert.closeTo(quarter, 2_500, 430)
    const steps = all.slice(1).filter(({ id }, i) => Math.abs(id - all[i]!.id) < 16)
    assert.isBelow(steps.length, 100)
  })
})
