import type { Proxy } from "@domainflow/core/proxy/Proxy"
import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as ProxyProbe from "../../src/proxy/ProxyProbe.ts"
import { daemon, freePort, installed } from "../http/support/daemon.ts"
import { answer, page, serve } from "../http/support/server.ts"
import { ask } from "../http/support/stage.ts"
import { row, selector, stores } from "./support/asking.ts"

const html = page("We sell tea")
const certificates = makeCertificates()
const ca = [certificates.authority]
const secure = serve(() => answer(200, html), { port: 8443, tls: certificates.pairFor("shop.test", "good") })

/** Plain and secure pages come through the proxy; a shut port is its refusal, and no harm to its health. */
const reachesAllButShut = (proxy: Proxy, refusal: RegExp) =>
  Effect.gen(function* () {
    const roads = yield* selector([proxy])
    for (const target of [yield* serve(() => answer(200, html)), yield* secure]) {
      const verdict = yield* ask(target, {}, { proxy: roads, ca })
      assert.deepInclude(verdict, { status: "Success", port: target.port }, verdict.reason ?? "")
    }
    const shut = yield* Effect.scoped(serve(() => ""))
    const verdict = yield* ask(shut, {}, { proxy: roads })
    assert.deepInclude(verdict, { status: "ProxyError" })
    assert.match(verdict.reason ?? "", refusal)
    assert.strictEqual(yield* roads.left, 1)
  })

const squid = installed("squid")
const ncsa = "/usr/lib/squid/basic_ncsa_auth"

/** `rules` decide who may do what; the last line of defence is to allow. */
const runSquid = (port: number, rules: ReadonlyArray<string>, files: Readonly<Record<string, string>> = {}) =>
  daemon({
    program: squid!,
    port,
    args: (folder) => ["-N", "-f", `${folder}/squid.conf`],
    files: (folder) => ({
      ...files,
      "squid.conf": [
        `http_port 127.0.0.1:${port}`,
        "pid_filename none",
        "visible_hostname squid.test",
        "cache deny all",
        "access_log none",
        "cache_log /dev/null",
        "shutdown_lifetime 0 seconds",
        `hosts_file ${folder}/hosts`,
        ...rules,
        "http_access allow all",
        ""
      ]
        .join("\n")
        .replaceAll("FOLDER", folder),
      hosts: "127.0.0.1 shop.test\n"
    })
  })

describe.skipIf(squid === null)("squid (install it to run these)", () => {
  it.live(
    "plain and secure pages, and what it cannot reach",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* runSquid(port, [])
        yield* reachesAllButShut(yield* row("http", { address: `127.0.0.1:${port}` }), /refused to connect \(503\)$/)
      }).pipe(Effect.provide(stores)),
    60_000
  )

  it.live(
    "as Debian ships it, with tunnels to 443 alone: plain pages are forwarded, its own answers are told apart",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* runSquid(port, ["acl SSL_ports port 8443", "http_access deny CONNECT !SSL_ports"])
        const roads = yield* selector([yield* row("http", { address: `127.0.0.1:${port}` })])
        const plain = yield* serve(() => answer(200, html))
        const verdict = yield* ask(plain, {}, { proxy: roads })
        assert.deepInclude(verdict, { status: "Success" }, verdict.reason ?? "")
        const shut = yield* Effect.scoped(serve(() => ""))
        const refused = yield* ask(shut, {}, { proxy: roads })
        assert.deepInclude(refused, { status: "ProxyError" })
        assert.match(refused.reason ?? "", /refused to forward \(503\)$/)
      }).pipe(Effect.provide(stores)),
    60_000
  )

  it.live(
    "logs in, into tunnels and where it forwards; whoever may not is told so",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        // The hash of "tea", by `openssl passwd -apr1`.
        yield* runSquid(
          port,
          [
            `auth_param basic program ${ncsa} FOLDER/users`,
            "acl known proxy_auth REQUIRED",
            "acl SSL_ports port 8443",
            "http_access deny !known",
            "http_access deny CONNECT !SSL_ports"
          ],
          { users: "ada:$apr1$domflow1$uO4p3N41yxYdOGhb.K0SH/\n" }
        )
        const plain = yield* serve(({ header }) =>
          header("proxy-authorization") === undefined ? answer(200, html) : answer(500, "the secret came through")
        )
        const targets = [yield* secure, plain]
        const good = yield* row("http", { address: `127.0.0.1:${port}` }, { username: "ada", password: "tea" })
        const bad = yield* row("http", { address: `localhost:${port}` }, { username: "ada", password: "coffee" })
        const nobody = yield* row("http", { address: `[::ffff:127.0.0.1]:${port}` })
        for (const target of targets) {
          const verdict = yield* ask(target, {}, { proxy: yield* selector([good]), ca })
          assert.strictEqual(verdict.status, "Success", verdict.reason ?? "")
          for (const other of [bad, nobody]) {
            const refused = yield* ask(target, {}, { proxy: yield* selector([other]), ca })
            assert.deepInclude(refused, { status: "ProxyError" })
            assert.match(refused.reason ?? "", /407, credentials refused$/)
          }
        }
        const { probe } = ProxyProbe.make()
        assert.deepInclude(yield* probe(good, Redacted.make("tea")), { isHealthy: true, lastStatus: "ok" })
        const locked = { isHealthy: false, lastStatus: "407, credentials refused" }
        assert.deepInclude(yield* probe(bad, Redacted.make("coffee")), locked)
        assert.deepInclude(yield* probe(nobody, null), locked)
      }).pipe(Effect.provide(stores)),
    60_000
  )
})

const dante = installed("danted", "sockd")

/** `method` is how clients log in; users are those of the system. */
const runDante = (port: number, method: "none" | "username") =>
  daemon({
    program: dante!,
    port,
    args: (folder) => ["-f", `${folder}/dante.conf`, "-p", `${folder}/dante.pid`],
    files: () => ({
      "dante.conf": [
        "logoutput: stderr",
        `internal: 127.0.0.1 port = ${port}`,
        "external: 127.0.0.1",
        "clientmethod: none",
        `socksmethod: ${method}`,
        "user.privileged: root",
        "user.unprivileged: nobody",
        "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
        "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
        ""
      ].join("\n")
    })
  })

describe.skipIf(dante === null)("dante (install dante-server to run these)", () => {
  it.live(
    "plain and secure pages, and what it cannot reach",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* runDante(port, "none")
        const proxy = yield* row("socks5", { address: `127.0.0.1:${port}` })
        yield* reachesAllButShut(proxy, /connection refused \(SOCKS reply 5\)$/)
        assert.deepInclude(yield* ProxyProbe.make().probe(proxy, null), { isHealthy: true, lastStatus: "ok" })
      }).pipe(Effect.provide(stores)),
    60_000
  )

  it.live(
    "lets nobody in whom it does not know",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* runDante(port, "username")
        const target = yield* serve(() => answer(200, html))
        const stranger = { username: "domainflow-stranger", password: "tea" }
        const rows = [
          yield* row("socks5", { address: `127.0.0.1:${port}` }, stranger),
          yield* row("socks5", { address: `localhost:${port}` })
        ]
        for (const proxy of rows) {
          const verdict = yield* ask(target, {}, { proxy: yield* selector([proxy]) })
          assert.deepInclude(verdict, { status: "ProxyError" })
          assert.match(verdict.reason ?? "", /: credentials refused$/)
        }
        assert.strictEqual(target.connections().made, 0)
      }).pipe(Effect.provide(stores)),
    60_000
  )
})
