import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { daemon, freePort, installed } from "../http/support/daemon.ts"
import { answer, page, serve } from "../http/support/server.ts"
import { ask } from "../http/support/stage.ts"
import { row, selector, stores } from "./support/asking.ts"

const html = page("We sell tea")
const certificates = makeCertificates()
const ca = [certificates.authority]
const secure = serve(() => answer(200, html), { port: 8443, tls: certificates.pairFor("shop.test", "good") })

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
        const roads = yield* selector([yield* row("http", { address: `127.0.0.1:${port}` })])
        const plain = yield* serve(() => answer(200, html))
        for (const target of [plain, yield* secure]) {
          const verdict = yield* ask(target, {}, { proxy: roads, ca })
          assert.deepInclude(verdict, { status: "Success", port: target.port }, verdict.reason ?? "")
        }
        const shut = yield* Effect.scoped(serve(() => ""))
        const verdict = yield* ask(shut, {}, { proxy: roads })
        assert.deepInclude(verdict, { status: "ProxyError" })
        assert.match(verdict.reason ?? "", /refused to connect \(503\)$/)
        assert.strictEqual(yield* roads.left, 1)
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
    "logs in",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        // The hash of "tea", by `openssl passwd -apr1`.
        yield* runSquid(
          port,
          [`auth_param basic program ${ncsa} FOLDER/users`, "acl known proxy_auth REQUIRED", "http_access deny !known"],
          { users: "ada:$apr1$domflow1$uO4p3N41yxYdOGhb.K0SH/\n" }
        )
        const address = `127.0.0.1:${port}`
        const target = yield* secure
        const good = yield* row("http", { address }, { username: "ada", password: "tea" })
        const verdict = yield* ask(target, {}, { proxy: yield* selector([good]), ca })
        assert.strictEqual(verdict.status, "Success", verdict.reason ?? "")
        const bad = yield* row("http", { address: `localhost:${port}` }, { username: "ada", password: "coffee" })
        const refused = yield* ask(target, {}, { proxy: yield* selector([bad]), ca })
        assert.deepInclude(refused, { status: "ProxyError" })
        assert.match(refused.reason ?? "", /407, credentials refused$/)
      }).pipe(Effect.provide(stores)),
    60_000
  )
})

const dante = installed("danted", "sockd")

describe.skipIf(dante === null)("dante (install dante-server to run these)", () => {
  it.live(
    "plain and secure pages, and what it cannot reach",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* daemon({
          program: dante!,
          port,
          args: (folder) => ["-f", `${folder}/dante.conf`, "-p", `${folder}/dante.pid`],
          files: () => ({
            "dante.conf": [
              "logoutput: stderr",
              `internal: 127.0.0.1 port = ${port}`,
              "external: 127.0.0.1",
              "clientmethod: none",
              "socksmethod: none",
              "user.privileged: root",
              "user.unprivileged: nobody",
              "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
              "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
              ""
            ].join("\n")
          })
        })
        const roads = yield* selector([yield* row("socks5", { address: `127.0.0.1:${port}` })])
        const plain = yield* serve(() => answer(200, html))
        for (const target of [plain, yield* secure]) {
          const verdict = yield* ask(target, {}, { proxy: roads, ca })
          assert.deepInclude(verdict, { status: "Success", port: target.port }, verdict.reason ?? "")
        }
        const shut = yield* Effect.scoped(serve(() => ""))
        const verdict = yield* ask(shut, {}, { proxy: roads })
        assert.deepInclude(verdict, { status: "ProxyError" })
        assert.match(verdict.reason ?? "", /connection refused \(SOCKS reply 5\)$/)
        assert.strictEqual(yield* roads.left, 1)
      }).pipe(Effect.provide(stores)),
    60_000
  )
})
