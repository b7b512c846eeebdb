import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import { aWhile, names, peered, stage, until } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, rcode, zone } = Peer

describe("ask", () => {
  it.live("answers in the order of the names, whatever the order of the answers", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(async (asked) => {
        await new Promise((later) => setTimeout(later, asked.name.startsWith("slow") ? 30 : 0))
        return zone([a("slow.test", "192.0.2.1"), a("fast.test", "192.0.2.2")])(asked)
      })
      const verdicts = yield* stage.ask(names("slow.test", "none.test", "fast.test", "none.test"))
      assert.deepStrictEqual(
        verdicts.map(({ records, status }) => [status, records?.ips[0]]),
        [
          ["Resolved", "192.0.2.1"],
          ["Unresolved", undefined],
          ["Resolved", "192.0.2.2"],
          ["Unresolved", undefined]
        ]
      )
    })
  )

  it.live("answers nothing about no names", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(zone([]))
      assert.deepStrictEqual(yield* stage.ask([]), [])
    })
  )

  it.live("is right for thousands of names in many requests at once", () =>
    Effect.gen(function* () {
      const exists = (name: string) => Number(name.slice(1, -5)) % 3 === 0
      const { stage } = yield* peered((asked) =>
        exists(asked.name)
          ? answer(asked, asked.type === "A" ? [a(asked.name, `10.0.0.${Number(asked.name.slice(1, -5)) % 251}`)] : [])
          : answer(asked, [], { rcode: rcode.nxDomain })
      )
      const all = names(...Array.from({ length: 3_000 }, (_, i) => `n${i}.test`))
      const requests = Array.from({ length: 10 }, (_, i) => all.slice(i * 300, (i + 1) * 300))
      const answers = yield* Effect.forEach(requests, stage.ask, { concurrency: "unbounded" })
      for (const [i, verdict] of answers.flat().entries()) {
        assert.deepStrictEqual(verdict.records?.ips, i % 3 === 0 ? [`10.0.0.${i % 251}`] : [])
        assert.strictEqual(verdict.status, i % 3 === 0 ? "Resolved" : "Unresolved")
      }
    })
  )

  it.effect("that is interrupted gives its room back, and its late answers speak for nobody", () =>
    Effect.gen(function* () {
      const held: Array<() => void> = []
      const { peer, stage } = yield* peered(
        (asked) =>
          asked.name.startsWith("held")
            ? new Promise((reply) => held.push(() => reply(answer(asked, [a(asked.name, "203.0.113.66")]))))
            : zone([a("next.test", "192.0.2.1")])(asked),
        { maxConcurrentGoroutines: 2 }
      )
      const first = yield* Effect.forkChild(stage.ask(names("held1.test", "held2.test", "held3.test")))
      yield* until(() => peer.asked.length === 2)
      const second = yield* Effect.forkChild(stage.ask(names("next.test", "none.test")))
      yield* aWhile
      assert.strictEqual(peer.asked.length, 2)
      yield* Fiber.interrupt(first)
      for (const release of held) release()
      const verdicts = yield* Fiber.join(second)
      assert.deepStrictEqual(
        verdicts.map(({ records, status }) => [status, records?.ips[0]]),
        [
          ["Resolved", "192.0.2.1"],
          ["Unresolved", undefined]
        ]
      )
      assert.isFalse(peer.asked.some(({ name }) => name === "held3.test"))
    })
  )

  it.effect("that is interrupted while it waits for its next try is asked no more", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(
        (asked) => answer(asked, [], { rcode: rcode.servFail }),
        { rateLimitDps: 1, rateLimitBurst: 1 },
        { retryAttempts: 5 }
      )
      const asking = yield* Effect.forkChild(stage.ask(names("shop.test")))
      yield* until(() => peer.asked.length === 1)
      yield* aWhile
      yield* Fiber.interrupt(asking)
      yield* TestClock.adjust("10 seconds")
      yield* aWhile
      assert.strictEqual(peer.asked.length, 1)
    })
  )

  it.live("of a stage that was closed is a mistake that shows, not one that hangs", () =>
    Effect.gen(function* () {
      const peer = yield* Peer.make(() => undefined)
      const scope = yield* Scope.make()
      const { ask } = yield* Scope.provide(stage([peer.resolver]), scope)
      const asking = yield* Effect.forkChild(ask(names("shop.test")))
      yield* until(() => peer.asked.length === 1)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.hasDies(yield* Fiber.await(asking)))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(ask(names("shop.test")))))
    })
  )
})

describe("lookup", () => {
  it.effect("remembers as long as the first of its addresses may be kept", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(zone([a("shop.test", "192.0.2.1", 60), a("shop.test", "192.0.2.2", 20)]))
      const [name] = names("shop.test")
      const [first, second] = yield* Effect.all([stage.lookup(name!), stage.lookup(name!)], {
        concurrency: "unbounded"
      })
      assert.strictEqual(first, second)
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(yield* stage.lookup(name!), first)
      assert.strictEqual(peer.asked.length, 2)
      yield* TestClock.adjust("1 second")
      yield* stage.lookup(name!)
      assert.strictEqual(peer.asked.length, 4)
    })
  )

  it.effect("does not remember errors", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered((asked) =>
        asked.count < 2 ? answer(asked, [], { rcode: rcode.servFail }) : zone([a("shop.test", "192.0.2.1")])(asked)
      )
      const [name] = names("shop.test")
      assert.strictEqual((yield* stage.lookup(name!)).status, "Error")
      assert.strictEqual((yield* stage.lookup(name!)).status, "Resolved")
    })
  )
})
