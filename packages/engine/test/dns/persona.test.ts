import dns from "node:dns"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { aWhile, names, peered, stage, until } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, rcode, zone } = Peer
const nobody = zone([])
const silent: Peer.Answering = () => undefined
const failing: Peer.Answering = (asked) => answer(asked, [], { rcode: rcode.servFail })
const numbered = (count: number) => names(...Array.from({ length: count }, (_, i) => `n${i}.test`))
const asksOf = (peers: ReadonlyArray<Peer.Peer>) => peers.map(({ asked }) => asked.length)
const resolversOf = (peers: ReadonlyArray<Peer.Peer>) => peers.map(({ resolver }) => resolver)
const peers = (...answerings: ReadonlyArray<Peer.Answering>) => Effect.forEach(answerings, Peer.make)

describe("queryTimeoutSeconds", () => {
  it.effect("is how long a question waits", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(silent, { queryTimeoutSeconds: 3 })
      const asking = yield* Effect.forkChild(stage.ask(names("shop.test")))
      yield* until(() => peer.asked.length === 1)
      yield* TestClock.adjust("2900 millis")
      yield* aWhile
      assert.strictEqual(peer.asked.length, 1)
      yield* TestClock.adjust("110 millis")
      // IPv6 is asked for as well before anything is said: the name resolves if it has such an address.
      yield* until(() => peer.asked.length === 2)
      yield* TestClock.adjust("3010 millis")
      const [verdict] = yield* Fiber.join(asking)
      assert.deepStrictEqual([verdict?.status, verdict?.records?.reason], ["Error", "Timeout"])
      assert.closeTo(verdict?.records?.durationMs ?? 0, 6_020, 20)
    })
  )
})

describe("maxConcurrentGoroutines", () => {
  it.live("bounds the questions in flight, however many requests there are", () =>
    Effect.gen(function* () {
      let flying = 0
      let most = 0
      const { stage } = yield* peered(
        async (asked) => {
          most = Math.max(most, ++flying)
          await new Promise((later) => setTimeout(later, 2))
          flying--
          return nobody(asked)
        },
        { maxConcurrentGoroutines: 7 }
      )
      yield* Effect.all([stage.ask(numbered(60)), stage.ask(numbered(60))], { concurrency: "unbounded" })
      assert.strictEqual(most, 7)
    })
  )
})

describe("maxDomainsPerRequest", () => {
  it.live("is what one request gets before the next has its turn", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(nobody, { maxConcurrentGoroutines: 1, maxDomainsPerRequest: 2 })
      yield* Effect.all([stage.ask(names("a1.test", "a2.test", "a3.test")), stage.ask(names("b1.test", "b2.test"))], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        peer.asked.map(({ name }) => name.slice(0, 2)),
        ["a1", "a2", "b1", "b2", "a3"]
      )
    })
  )
})

describe("resolverStrategy", () => {
  it.live("random_rotation gives every resolver the same share", () =>
    Effect.gen(function* () {
      const three = yield* peers(nobody, nobody, nobody)
      const { ask } = yield* stage(resolversOf(three))
      yield* ask(numbered(9))
      assert.deepStrictEqual(asksOf(three), [3, 3, 3])
    })
  )

  it.live("weighted_rotation keeps exact proportions, over requests and for resolvers that only the weights name", () =>
    Effect.gen(function* () {
      const two = yield* peers(nobody, nobody)
      const [heavy, light] = resolversOf(two) as [string, string]
      const { ask } = yield* stage([light], {
        resolverStrategy: "weighted_rotation",
        resolversWeighted: { [heavy]: 3 }
      })
      yield* ask(numbered(3))
      yield* ask(numbered(5))
      assert.deepStrictEqual(asksOf(two), [6, 2])
    })
  )

  it.live("specific_order asks the preferred resolver about every name, and the next one after its fault", () =>
    Effect.gen(function* () {
      const three = yield* peers(nobody, failing, nobody)
      const [listed, first, second] = resolversOf(three) as [string, string, string]
      const { ask } = yield* stage(
        [listed],
        { resolverStrategy: "specific_order", resolversPreferredOrder: [first, second] },
        { retryAttempts: 1 }
      )
      const verdicts = yield* ask(numbered(5))
      assert.deepStrictEqual(asksOf(three), [0, 5, 5])
      assert.isTrue(verdicts.every(({ attempts, status }) => status === "Unresolved" && attempts === 2))
    })
  )

  it.live("sequential_failover moves on after a fault, once, and all names stay there", () =>
    Effect.gen(function* () {
      const three = yield* peers(failing, nobody, nobody)
      const { ask } = yield* stage(
        resolversOf(three),
        { resolverStrategy: "sequential_failover" },
        { retryAttempts: 1 }
      )
      const verdicts = yield* ask(numbered(50))
      assert.isTrue(verdicts.every(({ status }) => status === "Unresolved"))
      yield* ask(numbered(50))
      // The names of the first burst were all under way when the first fault came.
      assert.deepStrictEqual(asksOf(three), [50, 100, 0])
    })
  )

  it.live("sequential_failover does not move on after NXDOMAIN or NODATA", () =>
    Effect.gen(function* () {
      const two = yield* peers((asked) => (asked.name === "n0.test" ? answer(asked, []) : nobody(asked)), nobody)
      const { ask } = yield* stage(resolversOf(two), { resolverStrategy: "sequential_failover" })
      yield* ask(numbered(9))
      assert.strictEqual(two[1]?.asked.length, 0)
    })
  )
})

describe("concurrentQueriesPerDomain", () => {
  it.live("asks so many resolvers at once, and takes the first good answer", () =>
    Effect.gen(function* () {
      const four = yield* peers(silent, failing, zone([a("shop.test", "192.0.2.1")]), silent)
      const { ask } = yield* stage(resolversOf(four), {
        concurrentQueriesPerDomain: 3,
        resolverStrategy: "specific_order",
        resolversPreferredOrder: resolversOf(four)
      })
      const [verdict] = yield* ask(names("shop.test"))
      assert.deepStrictEqual([verdict?.status, verdict?.attempts], ["Resolved", 1])
      assert.strictEqual(verdict?.records?.resolver, four[2]?.resolver)
      assert.deepStrictEqual(asksOf(four), [2, 2, 2, 0])
    })
  )

  it.live("is Error only when all of them are at fault, in every try", () =>
    Effect.gen(function* () {
      const two = yield* peers(failing, failing)
      const { ask } = yield* stage(resolversOf(two), { concurrentQueriesPerDomain: 9 }, { retryAttempts: 1 })
      const [verdict] = yield* ask(names("shop.test"))
      assert.deepStrictEqual([verdict?.status, verdict?.attempts], ["Error", 2])
      // A in the first try, A and AAAA in the last, of both.
      assert.deepStrictEqual(asksOf(two), [3, 3])
    })
  )
})

describe("queryDelayMinMs and queryDelayMaxMs", () => {
  it.effect("hold every question back", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(nobody, { queryDelayMinMs: 40, queryDelayMaxMs: 80 })
      const asking = yield* Effect.forkChild(stage.ask(numbered(20)))
      yield* aWhile
      yield* TestClock.adjust("39 millis")
      yield* aWhile
      assert.strictEqual(peer.asked.length, 0)
      yield* TestClock.adjust("21 millis")
      yield* aWhile
      // Some of twenty delays drawn from 41 lie on either side of the middle, but for one case in a million.
      assert.isAbove(peer.asked.length, 0)
      assert.isBelow(peer.asked.length, 20)
      yield* TestClock.adjust("30 millis")
      assert.strictEqual((yield* Fiber.join(asking)).length, 20)
    })
  )
})

describe("rateLimitDps and rateLimitBurst", () => {
  it.effect("let a burst begin at once and the others at the rate", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(nobody, { rateLimitDps: 10, rateLimitBurst: 3 })
      const asking = yield* Effect.forkChild(stage.ask(numbered(6)))
      yield* until(() => peer.asked.length === 3)
      yield* TestClock.adjust("95 millis")
      yield* aWhile
      assert.strictEqual(peer.asked.length, 3)
      yield* TestClock.adjust("10 millis")
      yield* until(() => peer.asked.length === 4)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(asking)).length, 6)
    })
  )

  it.effect("count further tries too", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(failing, { rateLimitDps: 10, rateLimitBurst: 1 }, { retryAttempts: 1 })
      const asking = yield* Effect.forkChild(stage.ask(numbered(1)))
      yield* until(() => peer.asked.length === 1)
      yield* aWhile
      assert.strictEqual(peer.asked.length, 1)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual((yield* Fiber.join(asking))[0]?.attempts, 2)
    })
  )
})

describe("useSystemResolvers", () => {
  it.live("asks those of the system, after the listed ones", () =>
    Effect.gen(function* () {
      const [listed, system] = yield* peers(failing, nobody)
      const before = dns.getServers()
      dns.setServers([system?.resolver ?? ""])
      const { ask } = yield* stage(
        [listed?.resolver ?? ""],
        { useSystemResolvers: true, resolverStrategy: "specific_order" },
        { retryAttempts: 1 }
      ).pipe(Effect.ensuring(Effect.sync(() => dns.setServers(before))))
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.records?.resolver, system?.resolver)
    })
  )
})

describe("resolvers", () => {
  it.effect("are needed", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(stage([]))
      assert.strictEqual(error._tag, "NoResolver")
      assert.include(error.message, "nobody to ask")
    })
  )

  it.live("that cannot be found are said when the stage is opened", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(stage(["no-such-host.invalid"]))
      assert.strictEqual(error.resolver, "no-such-host.invalid")
    })
  )

  it.live("that cannot be reached fail their questions while others answer", () =>
    Effect.gen(function* () {
      const [peer] = yield* peers(nobody)
      const { ask } = yield* stage(["no-such-host.invalid", peer?.resolver ?? ""], {}, { retryAttempts: 1 })
      const verdicts = yield* ask(numbered(4))
      assert.isTrue(verdicts.every(({ status }) => status === "Unresolved"))
      assert.deepStrictEqual(verdicts.map(({ attempts }) => attempts).sort(), [1, 1, 2, 2])
    })
  )

  it.live("that refuse packets are at fault at once, not after the time of a question", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(Peer.make(nobody))
      const { ask } = yield* stage([gone.resolver], { queryTimeoutSeconds: 300 })
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.records?.reason, "Transport: ECONNREFUSED")
    })
  )
})
