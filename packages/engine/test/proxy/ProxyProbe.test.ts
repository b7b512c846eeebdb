import { Proxies } from "@domainflow/core/proxy/Proxies"
import { ProxyProbe } from "@domainflow/core/proxy/ProxyProbe"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Probes from "../../src/proxy/ProxyProbe.ts"
import { row, stores } from "./support/asking.ts"
import * as Servers from "./support/proxies.ts"

const login = { username: "ada", password: "p:äss wörd" }

const probed = Effect.fnUntraced(function* (...[protocol, fields, known]: Parameters<typeof row>) {
  const proxies = yield* Proxies
  const proxy = yield* row(protocol, fields, known)
  const prober = yield* ProxyProbe
  if (prober === null) return assert.fail("nobody probes")
  return yield* prober.probe(proxy, Option.getOrNull(yield* proxies.secret(proxy.id)))
})

describe("ProxyProbe", () => {
  it.live("says that a proxy lives, and how far away it is", () =>
    Effect.gen(function* () {
      for (const server of [Servers.http, Servers.socks]) {
        const { address } = yield* server({ _tag: "Works" })
        const report = yield* probed(server === Servers.http ? "http" : "socks5", { address })
        assert.deepInclude(report, { isHealthy: true, lastStatus: "ok" })
        assert.isAtLeast(report.latencyMs ?? -1, 0)
      }
    }).pipe(Effect.scoped, Effect.provide([stores, Probes.layer()]))
  )

  it.live("says in words what is wrong, and never the secret", () =>
    Effect.gen(function* () {
      const gone = yield* probed("http", { address: "127.0.0.1:1" })
      assert.deepInclude(gone, { isHealthy: false, latencyMs: null })
      assert.match(gone.lastStatus, /refused/)
      const { address } = yield* Servers.http({ _tag: "Works", login: "somebody:else" })
      const locked = yield* probed("http", { address }, login)
      assert.match(locked.lastStatus, /407/)
      assert.notInclude(locked.lastStatus, login.password)
    }).pipe(Effect.scoped, Effect.provide([stores, Probes.layer()]))
  )
})
