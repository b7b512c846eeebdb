import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { names, peered } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, cname, rcode, zone } = Peer
const searching = { wildcard: true }
const isProbe = ({ name }: Peer.Asked) => /^[a-z0-9]{16}\./.test(name)

/** Any name below `wild.test` has the address of its wildcard, but for `own.wild.test`. */
const wild: Peer.Answering = (asked) => {
  if (!asked.name.endsWith(".wild.test")) return zone([a("shop.test", "192.0.2.1")])(asked)
  const address = asked.name === "own.wild.test" ? "192.0.2.2" : "192.0.2.99"
  return answer(asked, asked.type === "A" ? [a(asked.name, address)] : [])
}

describe("a wildcard", () => {
  it.live("is said of the names it answers for, and not of those with records of their own", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(wild, {}, searching)
      const verdicts = yield* stage.ask(names("any.wild.test", "own.wild.test", "shop.test", "none.test"))
      assert.deepStrictEqual(
        verdicts.map(({ records, status }) => [status, records?.wildcard]),
        [
          ["Resolved", true],
          ["Resolved", undefined],
          ["Resolved", undefined],
          ["Unresolved", undefined]
        ]
      )
      assert.deepStrictEqual(verdicts[0]?.records?.ips, ["192.0.2.99"])
    })
  )

  it.effect("is looked for once in a zone, by names that nobody chose, and again after a while", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(wild, {}, searching)
      const probes = () => new Set(peer.asked.filter(isProbe).map(({ name }) => name)).size
      yield* Effect.all([stage.ask(names("a.wild.test", "b.wild.test")), stage.ask(names("c.wild.test"))], {
        concurrency: "unbounded"
      })
      yield* stage.ask(names("d.wild.test"))
      assert.strictEqual(probes(), 3)
      yield* TestClock.adjust("10 minutes")
      yield* stage.ask(names("e.wild.test"))
      assert.strictEqual(probes(), 6)
    })
  )

  it.live("is looked for only where a name resolves, and only when wanted", () =>
    Effect.gen(function* () {
      const seeking = yield* peered(wild, {}, searching)
      yield* seeking.stage.ask(names("none.test"))
      assert.isFalse(seeking.peer.asked.some(isProbe))
      const indifferent = yield* peered(wild, {}, { wildcard: false })
      const [verdict] = yield* indifferent.stage.ask(names("any.wild.test"))
      assert.isUndefined(verdict?.records?.wildcard)
      assert.isFalse(indifferent.peer.asked.some(isProbe))
    })
  )

  it.live("is known by its alias where its addresses change", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(
        (asked) =>
          answer(
            asked,
            asked.type === "A" ? [cname(asked.name, "park.test"), a("park.test", `10.0.0.${asked.count}`)] : []
          ),
        {},
        searching
      )
      const [verdict] = yield* stage.ask(names("any.parked.test"))
      assert.isTrue(verdict?.records?.wildcard)
    })
  )

  it.live("that cannot be looked for is not said, and the name is Resolved all the same", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(
        (asked) =>
          isProbe(asked) ? answer(asked, [], { rcode: rcode.servFail }) : zone([a("shop.test", "192.0.2.1")])(asked),
        {},
        searching
      )
      const [verdict] = yield* stage.ask(names("shop.test"))
      assert.deepStrictEqual([verdict?.status, verdict?.records?.wildcard], ["Resolved", undefined])
    })
  )
})
