import { Proxies } from "@domainflow/core/proxy/Proxies"
import type { ProxyProtocol } from "@domainflow/core/proxy/Proxy"
import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Guard from "../../src/http/Guard.ts"
import { answer, page, serve } from "../http/support/server.ts"
import { ask, type Persona } from "../http/support/stage.ts"
import { type Login, row, selector, stores } from "./support/asking.ts"
import * as Servers from "./support/proxies.ts"

const html = page("We sell tea")
const certificates = makeCertificates()
const ca = [certificates.authority]
const login: Login = { username: "ada", password: "p:äss wörd" }
const credentials = `${login.username}:${login.password}`
/** `btoa` speaks Latin-1; the header is UTF-8. */
const spoken = Buffer.from(credentials).toString("latin1")

const servers: Record<ProxyProtocol, (manner?: Servers.Manner) => ReturnType<typeof Servers.http>> = {
  http: Servers.http,
  https: (manner) => Servers.http(manner, certificates.pairFor("localhost", "good")),
  socks5: Servers.socks
}
const protocols = ["http", "https", "socks5"] as const

/** Runs a proxy and asks `shop.test` at `target` through it. */
const through = (
  protocol: ProxyProtocol,
  manner: Servers.Manner,
  target: { readonly address: string; readonly port: number },
  { login, settings = {}, ports }: { login?: Login; settings?: Persona; ports?: ReadonlyArray<number> } = {}
) =>
  Effect.gen(function* () {
    const running = yield* servers[protocol](manner)
    // The certificate of the https proxy is for this name.
    const address = protocol === "https" ? running.address.replace("127.0.0.1", "localhost") : running.address
    const proxy = yield* row(protocol, { address }, login)
    const roads = yield* selector([proxy], { ca })
    const before = running.asked.length
    const verdict = yield* ask(target, settings, { proxy: roads, ca, ...(ports && { ports }) })
    return { verdict, asked: running.asked.slice(before), proxy, roads }
  })

describe("ProxyRoad", () => {
  for (const protocol of protocols)
    it.live(`${protocol}: plain and secure pages come through a tunnel to the guarded address`, () =>
      Effect.gen(function* () {
        const plain = yield* serve(() => answer(200, html))
        const secure = yield* serve(() => answer(200, html), {
          port: 8443,
          tls: certificates.pairFor("shop.test", "good")
        })
        for (const target of [plain, secure]) {
          const { asked, proxy, verdict } = yield* through(protocol, { _tag: "Works" }, target)
          assert.deepInclude(verdict, { status: "Success", proxyId: proxy.id, port: target.port }, verdict.reason ?? "")
          const verb = protocol === "socks5" ? "SOCKS" : "CONNECT"
          assert.deepStrictEqual(asked, [`${verb} ${target.address}:${target.port}`])
        }
        assert.strictEqual(plain.asked[0]?.host, `shop.test:${plain.port}`)
      }).pipe(Effect.provide(stores))
    )

  for (const protocol of protocols)
    it.live(`${protocol}: logs in, and a wrong login is the proxy's fault`, () =>
      Effect.gen(function* () {
        const target = yield* serve(() => answer(200, html))
        const manner: Servers.Manner = { _tag: "Works", login: protocol === "socks5" ? credentials : spoken }
        assert.strictEqual((yield* through(protocol, manner, target, { login })).verdict.status, "Success")
        for (const wrong of [{ ...login, password: "guess" }, undefined]) {
          const { proxy, verdict } = yield* through(
            protocol,
            manner,
            target,
            wrong === undefined ? {} : { login: wrong }
          )
          assert.deepInclude(verdict, { status: "ProxyError", port: null, statusCode: null, proxyId: proxy.id })
          assert.match(verdict.reason ?? "", /^proxy \S+:\d+: (407, )?credentials refused$/)
        }
        assert.strictEqual(target.asked.length, 1)
      }).pipe(Effect.provide(stores))
    )

  for (const protocol of protocols)
    it.live(`${protocol}: a closed port behind it is never blamed on the host, and the next port is tried`, () =>
      Effect.gen(function* () {
        const shut = yield* Effect.scoped(serve(() => ""))
        const { verdict } = yield* through(protocol, { _tag: "Works" }, shut)
        assert.strictEqual(verdict.status, "ProxyError")
        assert.match(verdict.reason ?? "", /refused to connect \(502\)$|connection refused \(SOCKS reply 5\)$/)

        const open = yield* serve(() => answer(200, html))
        const both = yield* through(protocol, { _tag: "Works" }, open, { ports: [shut.port, open.port] })
        assert.deepInclude(both.verdict, { status: "Success", port: open.port })
        // The proxy is none the worse for it.
        assert.strictEqual(yield* both.roads.left, 1)
      }).pipe(Effect.provide(stores))
    )

  it.live("whatever a proxy does wrong is a ProxyError; the host is never asked around it", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const cases: ReadonlyArray<readonly [ProxyProtocol, Servers.Manner, RegExp]> = [
        ["http", { _tag: "Refuses", code: 407 }, /407, credentials refused$/],
        ["http", { _tag: "Refuses", code: 503 }, /refused to connect \(503\)$/],
        [
          "http",
          { _tag: "Refuses", code: 302, head: "location: http://login.test/\r\n" },
          /refused to connect \(302\)$/
        ],
        ["http", { _tag: "Says", octets: "SSH-2.0-OpenSSH_9.7\r\n" }, /does not speak HTTP$/],
        ["http", { _tag: "Says", octets: "" }, /(closed|reset) the connection$/],
        ["http", { _tag: "Says", octets: `HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}` }, /says too much$/],
        ["https", { _tag: "Says", octets: "" }, /(closed|reset) the connection$/],
        ["socks5", { _tag: "Refuses", code: 1 }, /general failure \(SOCKS reply 1\)$/],
        ["socks5", { _tag: "Refuses", code: 2 }, /not allowed by its rules \(SOCKS reply 2\)$/],
        ["socks5", { _tag: "Refuses", code: 77 }, /refused \(SOCKS reply 77\)$/],
        ["socks5", { _tag: "Says", octets: "HTTP/1.1 400 Bad Request\r\n\r\n" }, /does not speak SOCKS5$/],
        ["socks5", { _tag: "Says", octets: Buffer.of(5, 255) }, /credentials refused$/],
        ["socks5", { _tag: "Says", octets: Buffer.of(5, 0, 5, 0, 0, 9, 0, 0) }, /does not speak SOCKS5$/],
        ["socks5", { _tag: "Says", octets: Buffer.of(5) }, /(closed|reset) the connection$/]
      ]
      for (const [protocol, manner, reason] of cases) {
        const { verdict } = yield* through(protocol, manner, target)
        assert.strictEqual(verdict.status, "ProxyError", `${protocol} ${JSON.stringify(manner)}: ${verdict.reason}`)
        assert.match(verdict.reason ?? "", reason)
      }
      const nobody = yield* row("http", { address: "127.0.0.1:1" })
      const gone = yield* ask(target, {}, { proxy: yield* selector([nobody]) })
      assert.deepInclude(gone, { status: "ProxyError", reason: "proxy 127.0.0.1:1: refused connecting" })
      const untrusted = yield* row("https", yield* servers.https())
      const stranger = yield* ask(target, {}, { proxy: yield* selector([untrusted]) })
      assert.match(stranger.reason ?? "", /^proxy \S+: the certificate/)
      assert.strictEqual(target.connections().made, 0)
    }).pipe(Effect.provide(stores))
  )

  it.live("a proxy that takes the connection and says nothing: the deadline is kept", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      const running = yield* Servers.socks()
      const roads = yield* selector([yield* row("socks5", running)])
      running.become({ _tag: "Hangs" })
      const verdict = yield* ask(target, { requestTimeoutSeconds: 0.3 }, { proxy: roads })
      assert.deepInclude(verdict, {
        status: "ProxyError",
        reason: `no page within 0.3 s: connecting to proxy ${running.address}`
      })
    }).pipe(Effect.provide(stores))
  )

  it.live("the host's own faults stay the host's", () =>
    Effect.gen(function* () {
      const garbage = yield* serve(() => "SSH-2.0-x\r\n")
      assert.strictEqual((yield* through("http", { _tag: "Works" }, garbage)).verdict.status, "Error")
      const rude = yield* serve(() => (socket) => socket.resetAndDestroy())
      assert.strictEqual((yield* through("socks5", { _tag: "Works" }, rude)).verdict.status, "Unreachable")
      const stranger = yield* serve(() => "", { port: 8443, tls: certificates.pairFor("other.test", "good") })
      const { verdict } = yield* through("http", { _tag: "Works" }, stranger)
      assert.deepInclude(verdict, { status: "Unreachable" })
      assert.include(verdict.reason, "certificate is for another name")
      // Also a 407 that the host itself says.
      const odd = yield* serve(() => answer(407, html))
      assert.deepInclude((yield* through("http", { _tag: "Works" }, odd)).verdict, {
        status: "ContentMismatch",
        statusCode: 407
      })
      const silent = yield* serve(() => () => {})
      assert.strictEqual(
        (yield* through("http", { _tag: "Works" }, silent, { settings: { requestTimeoutSeconds: 0.3 } })).verdict
          .status,
        "Timeout"
      )
    }).pipe(Effect.provide(stores))
  )

  it.live("a proxy that opens no tunnels to plain ports forwards instead, and is told apart from the host", () =>
    Effect.gen(function* () {
      const target = yield* serve(({ header }) =>
        header("proxy-authorization") === undefined ? answer(200, html) : answer(500, "the secret came through")
      )
      const running = yield* Servers.http({ _tag: "Forwards" })
      const proxy = yield* selector([yield* row("http", running)])
      const visit = ask(target, {}, { proxy })
      const url = `http://shop.test:${target.port}/`
      assert.strictEqual((yield* visit).status, "Success")
      assert.deepStrictEqual(running.asked.slice(1), [`CONNECT 127.0.0.1:${target.port}`, `GET ${url}`])
      assert.strictEqual((yield* visit).status, "Success")
      assert.deepStrictEqual(running.asked.slice(3), [`GET ${url}`])

      running.become({ _tag: "Forwards", login: "a:b" })
      assert.deepInclude(yield* visit, { status: "ProxyError" })
      running.become({ _tag: "Forwards", says: "HTTP/1.1 503 No\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n" })
      assert.match((yield* visit).reason ?? "", /refused to forward \(503\)$/)
      running.become({ _tag: "Forwards", says: "HTTP/1.1 502 No\r\nProxy-Status: p; error=dns_error\r\n\r\n" })
      assert.strictEqual((yield* visit).status, "ProxyError")
      running.become({ _tag: "Forwards", says: "HTTP/1.1 502 No\r\n\r\n" })
      assert.deepInclude(yield* visit, { status: "ContentMismatch", statusCode: 502 })
    }).pipe(Effect.provide(stores))
  )

  it.live("the guard holds behind a proxy too", () =>
    Effect.gen(function* () {
      const running = yield* Servers.http()
      const proxy = yield* selector([yield* row("http", running)])
      const before = running.asked.length
      for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254"]) {
        const verdict = yield* ask({ address, port: 80 }, {}, { proxy, guard: Guard.strict })
        assert.strictEqual(verdict.status, "Unreachable")
      }
      assert.strictEqual(running.asked.length, before)
    }).pipe(Effect.provide(stores))
  )

  it.live("reaches addresses of version 6", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html), { address: "::1" })
      for (const protocol of ["http", "socks5"] as const) {
        const { asked, verdict } = yield* through(protocol, { _tag: "Works" }, target)
        assert.strictEqual(verdict.status, "Success", verdict.reason ?? "")
        assert.match(asked[0] ?? "", protocol === "http" ? /^CONNECT \[::1\]:/ : /^SOCKS 0000:.*:0001:/)
      }
    }).pipe(Effect.provide(stores))
  )

  it.live("the secret is in no verdict, no report and no row", () =>
    Effect.gen(function* () {
      const target = yield* serve(() => answer(200, html))
      for (const protocol of protocols) {
        const { proxy, verdict } = yield* through(protocol, { _tag: "Works", login: "x:y" }, target, { login })
        const row = yield* Effect.flatMap(Proxies, (proxies) => proxies.get(proxy.id))
        const said = JSON.stringify([verdict, row, String(verdict.reason)])
        for (const secret of [login.password, Buffer.from(credentials).toString("base64")])
          assert.notInclude(said, secret)
      }
    }).pipe(Effect.provide(stores))
  )
})
