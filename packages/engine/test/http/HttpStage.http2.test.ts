import { once } from "node:events"
import { createSecureServer, type Http2SecureServer } from "node:http2"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { askBy, certificates, html, port, secure } from "./support/secure.ts"
import { ownAddress } from "./support/server.ts"
import type { Options, Persona } from "./support/stage.ts"

describe("HttpStage: HTTP/2", () => {
  it.live("HTTP/2 is spoken where the persona asks for it and the server offers it", () =>
    Effect.gen(function* () {
      const server = yield* http2Server()
      const versions = (settings: Persona) =>
        Effect.gen(function* () {
          const before = server.versions.length
          const verdict = yield* askBy(server, settings)
          assert.deepInclude(verdict, { status: "Success", snippet: "We sell tea" })
          assert.deepStrictEqual(verdict.headers?.["x-many"], ["1"])
          assert.isUndefined(verdict.headers?.[":status"])
          return server.versions.slice(before)
        })
      assert.deepStrictEqual(yield* versions({}), ["1.1"])
      assert.deepStrictEqual(yield* versions({ http2Settings: { enabled: false } }), ["1.1"])
      const http2Settings = { enabled: true }
      assert.deepStrictEqual(yield* versions({ http2Settings }), ["2.0"])
      assert.deepStrictEqual(
        yield* versions({
          http2Settings,
          headers: { "X-Tea": "green", Connection: "keep-alive" },
          headerOrder: ["Host", "X-Tea"]
        }),
        ["2.0"]
      )
      assert.strictEqual(server.headers.at(-1)?.["x-tea"], "green")
      const old = yield* secure("*")
      assert.strictEqual((yield* askBy(old, { http2Settings })).status, "Success")
      yield* Effect.repeat(Effect.sleep(10), { until: () => server.sessions() === 0 })
    })
  )

  it.live("HTTP/2: redirects, bodies without end, resets and silence come to one verdict each", () =>
    Effect.gen(function* () {
      const server = yield* http2Server()
      const http2Settings = { enabled: true }
      const at = (path: string, options: Options = {}) =>
        Effect.gen(function* () {
          server.lead(path)
          return yield* askBy(server, { http2Settings, requestTimeoutSeconds: 2 }, options)
        })
      assert.deepInclude(yield* at("/"), { status: "Success" })
      assert.deepInclude(yield* at("/page"), {
        status: "Success",
        urls: [`https://shop.test:${port}/`, `https://shop.test:${port}/page`]
      })
      assert.deepInclude(yield* at("/endless", { limits: { wireBytes: 100_000 } }), {
        status: "Error",
        reason: "the body is larger than 100000 bytes"
      })
      assert.oneOf((yield* at("/reset")).status, ["Unreachable", "Error"])
      assert.oneOf((yield* at("/gone")).status, ["Unreachable", "Error"])
      assert.deepInclude(yield* at("/silent"), { status: "Timeout" })
      assert.oneOf((yield* at("/headers")).status, ["Error", "Unreachable"])
      yield* Effect.repeat(Effect.sleep(10), { until: () => server.sessions() === 0 })
    })
  )
})

/** Both versions of HTTP by TLS; `/` leads on to where it is told to. */
const http2Server = () =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const versions: Array<string> = []
      const headers: Array<Record<string, unknown>> = []
      let lead = "/"
      let sessions = 0
      const address = ownAddress()
      const server: Http2SecureServer = createSecureServer({
        allowHTTP1: true,
        SNICallback: (host, done) => done(null, certificates.contextFor(host, "good"))
      })
      server.on("error", () => {})
      server.on("sessionError", () => {})
      server.on("session", (session) => {
        sessions++
        session.on("error", () => {})
        session.once("close", () => sessions--)
      })
      server.on("request", (request, response) => {
        versions.push(request.httpVersion)
        headers.push(request.headers)
        request.on("error", () => {})
        response.stream?.on("error", () => {})
        if (request.url === "/" && lead !== "/") {
          response.writeHead(302, { location: lead })
          response.end()
          return
        }
        switch (request.url) {
          case "/endless": {
            response.writeHead(200, { "content-type": "text/html" })
            const timer = setInterval(() => response.write("x".repeat(65_536)), 1)
            response.once("close", () => clearInterval(timer))
            return
          }
          case "/reset":
            return response.stream.close(2)
          case "/gone":
            return response.stream.session?.destroy()
          case "/silent":
            return
          case "/headers":
            response.writeHead(
              200,
              Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x-${n}`, "y".repeat(2_000)]))
            )
            return void response.end()
          default:
            response.writeHead(200, { "content-type": "text/html", "x-many": "1" })
            response.end(html)
        }
      })
      server.listen({ host: address, port })
      await once(server, "listening")
      return {
        address: (server.address() as AddressInfo).address, // it listens on a port, not on a pipe
        versions,
        headers,
        sessions: () => sessions,
        lead: (path: string) => {
          lead = path
        },
        close: () => server.close()
      }
    }),
    ({ close }) => Effect.sync(close)
  )
