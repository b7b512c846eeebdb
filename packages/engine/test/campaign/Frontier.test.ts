import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import * as Frontier from "../../src/campaign/Frontier.ts"

it("reaches the last item before which nothing is open, whatever the order of finishing", () => {
  const orders = fc
    .integer({ min: 1, max: 40 })
    .chain((size) => fc.shuffledSubarray(Array.from({ length: size }, (_, i) => i)).map((order) => ({ size, order })))
  fc.assert(
    fc.property(orders, ({ order, size }) => {
      const frontier = Frontier.make<number>()
      const tickets = Array.from({ length: size }, (_, key) => frontier.begin(key))
      const done = new Set<number>()
      for (const key of order) {
        frontier.finish(tickets[key]!)
        done.add(key)
        let open = 0
        while (done.has(open)) open++
        assert.strictEqual(frontier.reached(), open === 0 ? undefined : open - 1)
      }
    })
  )
})

it("does not move when an item is finished twice", () => {
  const frontier = Frontier.make<string>()
  const [a] = [frontier.begin("a"), frontier.begin("b")]
  frontier.finish(a)
  frontier.finish(a)
  assert.strictEqual(frontier.reached(), "a")
})

it("never passes an item that is open or was dropped, while others begin and finish in any order", () => {
  // Each step begins the next item, or finishes one of those that have begun; many are never finished.
  const steps = fc.array(fc.option(fc.nat({ max: 200 })), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (steps) => {
      const frontier = Frontier.make<bigint>()
      const tickets: Array<number> = []
      const done = new Set<number>()
      let before = -1n
      for (const step of steps) {
        if (step === null || tickets.length === 0) tickets.push(frontier.begin(BigInt(tickets.length) * 10n))
        else {
          const key = step % tickets.length
          frontier.finish(tickets[key]!)
          done.add(key)
        }
        const hole = tickets.findIndex((_, key) => !done.has(key))
        const first = hole < 0 ? tickets.length : hole
        assert.strictEqual(frontier.reached(), first === 0 ? undefined : BigInt(first - 1) * 10n)
        assert.isAtLeast(Number((frontier.reached() ?? -1n) - before), 0)
        before = frontier.reached() ?? -1n
      }
    })
  )
})
