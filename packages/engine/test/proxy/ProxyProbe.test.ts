import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Memory } from "@domainflow/core/Memory"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import { Proxy, type ProxyProtocol } from "@domainflow/core/proxy/Proxy"
import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as ProxyProbe from "../../src/proxy/ProxyProbe.ts"
import { type Login, row } from "./support/asking.ts"
import * as Servers from "./support/proxies.ts"

const certificates = makeCertificates()
const { probe } = ProxyProbe.make({ ca: [certificates.authority] })
const login: Login = { username: "ada", password: "hunter2" }
const secret = Redacted.make(login.password)

const servers: Record<ProxyProtocol, (manner?: Servers.Manner) => ReturnType<typeof Servers.http>> = {
  http: Servers.http,
  https: (manner) => Servers.http(manner, certificates.pairFor("localhost", "good")),
  socks5: Servers.socks
}
const protocols = ["http", "https", "socks5"] as const

const stores = Proxies.layerMemory.pipe(Layer.provideMerge(AuditLog.layerMemory), Layer.provide(Memory.layer))

describe("ProxyProbe", () => {
  for (const protocol of protocols)
    it.live(`${protocol}: says whether the proxy lives and lets us in, and how fast`, () =>
      Effect.gen(function* () {
        const running = yield* servers[protocol]({ _tag: "Works", login: "ada:hunter2" })
        const address = running.address.replace("127.0.0.1", "localhost")
        const proxy = yield* row(protocol, { address }, login)
        const good = yield* probe(proxy, secret)
        assert.deepInclude(good, { isHealthy: true, lastStatus: "ok" })
        assert.isAtLeast(good.latencyMs ?? -1, 0)
        // What it is asked for is nothing that anybody else hears of.
        for (const asked of running.asked) assert.strictEqual(asked, "CONNECT probe.invalid:443")

        const before = running.connections()
        const locked = yield* probe(proxy, Redacted.make("guess"))
        assert.deepInclude(locked, { isHealthy: false, latencyMs: null })
        assert.match(locked.lastStatus, /^(407, )?credentials refused$/)
        assert.strictEqual(running.connections() - before, 3)
        assert.notInclude(JSON.stringify([good, locked]), login.password)
      }).pipe(Effect.provide(stores))
    )

  it.live("three failures in a row make it unhealthy, one good answer does not wait for three", () =>
    Effect.gen(function* () {
      const running = yield* Servers.http({ _tag: "Says", octets: "" })
      const proxy = yield* row("http", running)
      const failed = yield* probe(proxy, null)
      assert.match(failed.lastStatus, /(closed|reset) the connection$/)
      assert.isFalse(failed.isHealthy)
      assert.strictEqual(running.connections(), 3)

      const mended = yield* Effect.all(
        [
          probe(proxy, null),
          Effect.delay(
            Effect.sync(() => running.become({ _tag: "Works" })),
            "100 millis"
          )
        ],
        { concurrency: 2 }
      )
      assert.deepInclude(mended[0], { isHealthy: true, lastStatus: "ok" })
    }).pipe(Effect.provide(stores))
  )

  it.effect("a proxy that says nothing is waited for no longer than somebody waits", () =>
    Effect.gen(function* () {
      for (const protocol of protocols) {
        const running = yield* servers[protocol]({ _tag: "Hangs" })
        const address = running.address.replace("127.0.0.1", "localhost")
        const asked = yield* Effect.forkChild(probe(yield* row(protocol, { address }), null))
        yield* TestClock.adjust("10 seconds")
        const told = yield* Fiber.join(asked)
        assert.deepInclude(told, { isHealthy: false, latencyMs: null })
        assert.match(told.lastStatus, /^no (answer|connection) within/)
      }
    }).pipe(Effect.provide(stores))
  )

  it.live("an address that nobody can dial is said, and not repeated", () =>
    Effect.gen(function* () {
      const proxy = yield* row("http", { address: "127.0.0.1:1" })
      const elder = new Proxy({ ...proxy, address: "http://ada:hunter2@proxy:80" })
      const told = yield* probe(elder, null)
      assert.deepInclude(told, { isHealthy: false, latencyMs: null })
      assert.match(told.lastStatus, /^the address is none: expected host:port/)
      assert.notInclude(told.lastStatus, "hunter2")
    }).pipe(Effect.provide(stores))
  )

  it.live("what it reports is kept with the row, and no change that anybody is to answer for", () =>
    Effect.gen(function* () {
      const proxies = yield* Proxies
      const running = yield* Servers.socks()
      const { id } = yield* row("socks5", running, login)
      const entries = Effect.flatMap(AuditLog, (log) => log.page({}))
      const before = yield* entries
      yield* proxies.report(id, yield* probe(yield* proxies.get(id), secret))
      const kept = yield* proxies.get(id)
      assert.deepInclude({ ...kept }, { isHealthy: true, lastStatus: "ok" })
      assert.isNotNull(kept.lastCheckedAt)
      assert.isNotNull(kept.latencyMs)
      assert.deepStrictEqual((yield* entries).items, before.items)
      assert.deepStrictEqual(
        before.items.map(({ action }) => action),
        ["proxy.created"]
      )
    }).pipe(Effect.provide(stores))
  )
})
