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
