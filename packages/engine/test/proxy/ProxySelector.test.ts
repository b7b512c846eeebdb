import { Proxies } from "@domainflow/core/proxy/Proxies"
import { NoUsableSecret, Proxy } from "@domainflow/core/proxy/Proxy"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { StoreError } from "@domainflow/core/StoreError"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Logger, Redacted } from "effect"
import { answer, page, serve } from "../http/support/server.ts"
import { ask } from "../http/support/stage.ts"
import { row, selector, stores } from "./support/asking.ts"
import * as Servers from "./support/proxies.ts"

const html = page("We sell tea")
const get = (id: ProxyId) => Effect.flatMap(Proxies, (proxies) => proxies.get(id))
const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(condition, "10 millis"), { until: (met) => met })

describe("ProxySelector", () => {
  it.live("an attempt after a proxy's fault takes another proxy; a failing one is out after three", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const good = yield* Servers.http()
      const bad = yield* Servers.socks()
      const rows = [yield* row("socks5", bad), yield* row("http", good)]
      const roads = yield* selector(rows)
      bad.become({ _tag: "Says", octets: "" })
      const verdict = yield* ask(target, {}, { proxy: roads, retryAttempts: 1 })
      assert.deepInclude(verdict, { status: "Success", attempts: 2, proxyId: rows[1]!.id })
      assert.strictEqual(yield* roads.left, 2)

      for (let turn = 0; turn < 4; turn++) yield* ask(target, {}, { proxy: roads })
      assert.strictEqual(yield* roads.left, 1)
      const before = bad.connections()
      for (let turn = 0; turn < 3; turn++)
        assert.strictEqual((yield* ask(target, {}, { proxy: roads })).proxyId, rows[1]!.id)
      assert.strictEqual(bad.connections(), before)
      yield* until(Effect.map(get(rows[0]!.id), ({ isHealthy }) => !isHealthy))
      const kept = yield* get(rows[0]!.id)
      assert.match(kept.lastStatus ?? "", /(closed|reset) the connection/)
      assert.isNotNull(kept.lastCheckedAt)
    }).pipe(Effect.provide(stores))
  )

  it.live("strays among signs of life take nobody out, three in a row do", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const dropped: Servers.Manner = { _tag: "Says", octets: "" }
      const locked: Servers.Manner = { _tag: "Forwards", login: "ada:tea" }
      const cases: ReadonlyArray<readonly ["http" | "socks5", stray: Servers.Manner, sign: Servers.Manner]> = [
        ["http", dropped, { _tag: "Refuses", code: 502 }],
        ["socks5", dropped, { _tag: "Refuses", code: 5 }],
        ["http", locked, { _tag: "Forwards" }],
        ["http", locked, { _tag: "Forwards", says: "HTTP/1.1 503 No\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n" }]
      ]
      for (const [protocol, stray, sign] of cases) {
        const running = yield* protocol === "http" ? Servers.http() : Servers.socks()
        const proxy = yield* row(protocol, running)
        const roads = yield* selector([proxy])
        const use = (manner: Servers.Manner) =>
          Effect.suspend(() => {
            running.become(manner)
            return ask(target, {}, { proxy: roads })
          })
        for (let turn = 0; turn < 4; turn++) {
          yield* use(sign)
          assert.strictEqual((yield* use(stray)).status, "ProxyError")
          assert.strictEqual(yield* roads.left, 1, `${protocol}, ${JSON.stringify(sign)}, turn ${turn}`)
        }
        for (let turn = 0; turn < 2; turn++) yield* use(stray)
        assert.strictEqual(yield* roads.left, 0)
      }
    }).pipe(Effect.provide(stores))
  )

  it.live("no proxy left is a ProxyError, never a direct question", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const gone = yield* row("http", { address: "127.0.0.1:1" })
      const roads = yield* selector([gone])
      for (let turn = 0; turn < 3; turn++) yield* ask(target, {}, { proxy: roads })
      const verdict = yield* ask(target, {}, { proxy: roads, retryAttempts: 2 })
      assert.deepInclude(verdict, {
        status: "ProxyError",
        reason: "no healthy proxy is left",
        proxyId: null,
        attempts: 1,
        urls: []
      })
      assert.strictEqual((yield* ask(target, {}, { proxy: yield* selector([]) })).status, "ProxyError")
      assert.strictEqual(target.connections().made, 0)
    }).pipe(Effect.provide(stores))
  )

  it.live("one good probe brings a proxy back, and its latency is told", () =>
    Effect.gen(function* () {
      const running = yield* Servers.http({ _tag: "Refuses", code: 407 })
      const proxy = yield* row("http", running)
      const roads = yield* selector([proxy], { probeEvery: Duration.millis(20) })
      yield* until(Effect.map(roads.left, (left) => left === 0))
      yield* until(Effect.map(get(proxy.id), ({ isHealthy }) => !isHealthy))
      assert.strictEqual((yield* get(proxy.id)).lastStatus, "407, credentials refused")
      // A refusal to go somewhere is a sign of life.
      running.become({ _tag: "Refuses", code: 503 })
      yield* until(Effect.map(roads.left, (left) => left === 1))
      yield* until(Effect.map(get(proxy.id), ({ isHealthy }) => isHealthy))
      const kept = yield* get(proxy.id)
      assert.strictEqual(kept.lastStatus, "ok")
      assert.isNumber(kept.latencyMs)
      assert.isTrue(running.asked.every((asked) => asked === "CONNECT probe.invalid:443"))
    }).pipe(Effect.provide(stores))
  )

  it.live("has probed every proxy once when it is ready", () =>
    Effect.gen(function* () {
      const proxies = yield* Proxies
      const running = yield* Servers.socks({ _tag: "Works", login: "a:b" })
      const proxy = yield* row("socks5", running, { username: "a", password: "b" })
      yield* proxies.report(proxy.id, { isHealthy: false, lastStatus: "was down", latencyMs: null })
      assert.strictEqual(yield* (yield* selector([proxy])).left, 1)
    }).pipe(Effect.provide(stores))
  )

  it.live("reads the rows again: disabled, mended and deleted proxies are treated so", () =>
    Effect.gen(function* () {
      const proxies = yield* Proxies
      const target = yield* serve(() => answer(200, html))
      const running = yield* Servers.http({ _tag: "Works", login: "ada:new" })
      const proxy = yield* row("http", running, { username: "ada", password: "old" })
      const roads = yield* selector([proxy], { probeEvery: Duration.millis(20) })
      yield* until(Effect.map(roads.left, (left) => left === 0))
      yield* proxies.update(proxy.id, { password: Redacted.make("new") })
      yield* until(Effect.map(roads.left, (left) => left === 1))
      assert.strictEqual((yield* ask(target, {}, { proxy: roads })).status, "Success")
      yield* proxies.update(proxy.id, { isEnabled: false })
      yield* until(Effect.map(roads.left, (left) => left === 0))
      yield* proxies.update(proxy.id, { isEnabled: true })
      yield* until(Effect.map(roads.left, (left) => left === 1))
      yield* proxies.remove(proxy.id)
      yield* until(Effect.map(roads.left, (left) => left === 0))
    }).pipe(Effect.provide(stores))
  )

  it.live("a proxy whose secret or address is of no use is told so, and never dialled", () =>
    Effect.gen(function* () {
      const proxies = yield* Proxies
      const target = yield* serve(() => answer(200, html))
      const running = yield* Servers.http({ _tag: "Works", login: "ada:tea" })
      const locked = yield* row("http", running, { username: "ada", password: "tea" })
      const lost = yield* row("http", { address: "127.0.0.1:1" })
      const rows = [locked, lost]
      let isUsable = false
      const elder = {
        ...proxies,
        secret: (proxyId: ProxyId) =>
          proxyId === locked.id && !isUsable
            ? Effect.fail(new NoUsableSecret({ proxyId, reason: "no envelope" }))
            : proxies.secret(proxyId),
        // As an older installation may have kept it.
        many: (ids: ReadonlyArray<ProxyId>) =>
          Effect.map(proxies.many(ids), (found) =>
            found.map((proxy) => (proxy.id === lost.id ? new Proxy({ ...proxy, address: "ada:tea@proxy:80" }) : proxy))
          )
      }
      const roads = yield* selector(rows, { probeEvery: Duration.millis(20) }).pipe(
        Effect.provideService(Proxies, elder)
      )
      assert.strictEqual(yield* roads.left, 0)
      assert.deepInclude(yield* ask(target, {}, { proxy: roads }), { status: "ProxyError" })
      assert.strictEqual(running.connections(), 0)
      assert.deepInclude(
        { ...(yield* get(locked.id)) },
        { isHealthy: false, lastStatus: "no usable secret: no envelope" }
      )
      const told = yield* get(lost.id)
      assert.isFalse(told.isHealthy)
      assert.match(told.lastStatus ?? "", /^the address is none/)
      assert.notInclude(told.lastStatus, "tea")

      isUsable = true
      yield* until(Effect.map(roads.left, (left) => left === 1))
      assert.strictEqual((yield* ask(target, {}, { proxy: roads })).status, "Success")
      yield* until(Effect.map(get(locked.id), ({ lastStatus }) => lastStatus === "ok"))
    }).pipe(Effect.provide(stores))
  )

  it.live("chooses by its strategy and weights", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const rows = [yield* row("http", yield* Servers.http()), yield* row("socks5", yield* Servers.socks())]
      const first = rows[0]!.id
      const second = rows[1]!.id
      const used = (options: Parameters<typeof selector>[1]) =>
        Effect.gen(function* () {
          const roads = yield* selector(rows, options)
          return yield* Effect.forEach([1, 2, 3, 4], () =>
            Effect.map(ask(target, {}, { proxy: roads }), ({ proxyId }) => proxyId)
          )
        })
      assert.deepStrictEqual(yield* used({}), [first, second, first, second])
      assert.deepStrictEqual(yield* used({ strategy: "failover" }), [first, first, first, first])
      const weights = { [second]: 3 }
      assert.deepStrictEqual(yield* used({ strategy: "weighted", weights }), [first, second, second, second])
    }).pipe(Effect.provide(stores))
  )

  it.live("a store that is away costs a warning, and no secret is in any of it", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const proxies = yield* Proxies
      const target = yield* serve(() => answer(200, html))
      const login = { username: "ada", password: "hunter2" }
      const rows = [yield* row("http", yield* Servers.http({ _tag: "Works", login: "ada:hunter2" }), login)]
      const away = {
        ...proxies,
        report: () => Effect.fail(new StoreError({ operation: "Proxies.report", retryable: true, cause: "away" }))
      }
      const roads = yield* selector(rows).pipe(Effect.provideService(Proxies, away))
      assert.strictEqual((yield* ask(target, {}, { proxy: roads })).status, "Success")
      yield* until(Effect.sync(() => lines.length > 0))
      assert.include(lines[0], `the health of proxy ${rows[0]!.id} is not kept`)
      assert.notInclude(lines.join("\n"), login.password)
    }).pipe(Effect.provide(stores), Effect.provide(Logger.layer([logger])))
  })
})
