import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Guard from "../../src/http/Guard.ts"
import { answer, page, serve } from "./support/server.ts"
import { ask } from "./support/stage.ts"

const to = (location: string, headers: Readonly<Record<string, string | ReadonlyArray<string>>> = {}) =>
  answer(302, "moved", { location, ...headers })
const sells = answer(200, page("We sell tea"))

describe("HttpStage: redirects", () => {
  it.live("follows every kind of them, relative or not, to the page", () =>
    Effect.gen(function* () {
      const steps: Readonly<Record<string, Buffer>> = {
        "/": answer(301, "", { location: "/two?a=1#part" }),
        "/two?a=1": answer(302, "", { location: "three/" }),
        "/three/": answer(303, "", { location: "../four" }),
        "/four": answer(307, "", { location: "//other.test:PORT/five" }),
        "/five": answer(308, "", { location: "http://user:secret@third.test:PORT/caf\xc3\xa9" }),
        "/caf%C3%A9": sells
      }
      const server = yield* serve(({ path, socket }) =>
        Buffer.from((steps[path] ?? answer(404)).toString("latin1").replace("PORT", String(socket.localPort)), "latin1")
      )
      const verdict = yield* ask(server)
      const at = (host: string, path: string) => `http://${host}:${server.port}${path}`
      assert.deepInclude(verdict, { status: "Success", port: server.port })
      assert.deepStrictEqual(verdict.urls, [
        at("shop.test", "/"),
        at("shop.test", "/two?a=1"),
        at("shop.test", "/three/"),
        at("shop.test", "/four"),
        at("other.test", "/five"),
        at("third.test", "/caf%C3%A9")
      ])
      assert.deepStrictEqual(
        server.asked.map(({ host }) => host),
        verdict.urls.map((url) => new URL(url).host)
      )
    })
  )

  it.live("takes a redirect for the answer where the persona does not follow", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => to("/elsewhere"))
      assert.deepInclude(yield* ask(server, { followRedirects: false }), {
        status: "ContentMismatch",
        statusCode: 302,
        snippet: "moved"
      })
      assert.deepInclude(yield* ask(server, { followRedirects: false, allowedStatusCodes: [302] }), {
        status: "KeywordsNotFound",
        statusCode: 302
      })
      const nowhere = yield* serve(() => answer(302, "moved"))
      assert.deepInclude(yield* ask(nowhere), { status: "ContentMismatch", statusCode: 302 })
    })
  )

  it.live("judges where the road ends, not where it begins", () =>
    Effect.gen(function* () {
      const server = yield* serve(({ path }) => (path === "/" ? to("/gone") : answer(404)))
      assert.deepInclude(yield* ask(server, { allowedStatusCodes: [302] }), {
        status: "ContentMismatch",
        statusCode: 404
      })
    })
  )

  it.live("does not run in circles, or for ever", () =>
    Effect.gen(function* () {
      const circle = yield* serve(({ path }) => to(path === "/" ? "/a" : "/"))
      const round = yield* ask(circle, {}, { retryAttempts: 2 })
      assert.deepInclude(round, { status: "Error", attempts: 1 })
      assert.match(round.reason ?? "", /^redirected in a circle, back to http:\/\/shop\.test:\d+\/$/)
      assert.strictEqual(circle.asked.length, 2)

      let step = 0
      const endless = yield* serve(() => to(`/${++step}`))
      const verdict = yield* ask(endless, {}, { limits: { redirects: 3 } })
      assert.deepInclude(verdict, { status: "Error", reason: "redirected more than 3 times" })
      assert.strictEqual(verdict.urls.length, 4)
    })
  )

  it.live("follows a circle that a cookie opens", () =>
    Effect.gen(function* () {
      const gate = ({ header }: { header: (name: string) => string | undefined }) =>
        header("cookie") === "seen=1" ? sells : to("/", { "set-cookie": "seen=1; Path=/; HttpOnly" })
      const server = yield* serve(gate)
      assert.strictEqual((yield* ask(server)).status, "Success")
      for (const mode of ["none", "ignore"] as const)
        assert.deepInclude(yield* ask(server, { cookieHandling: { mode } }), { status: "Error" }, mode)
      // Nothing is left of it for the next name.
      assert.deepStrictEqual((yield* ask(server)).urls.length, 2)
    })
  )

  it.live("a Location that leads to no page of HTTP is said", () =>
    Effect.gen(function* () {
      for (const location of ["http://", "http://[::1", "http://a b/", "https://:80/", "http://x:99999/"]) {
        const server = yield* serve(() => to(location))
        const verdict = yield* ask(server)
        assert.deepInclude(verdict, { status: "Error", reason: `redirected to "${location}", which is no URL` })
      }
      for (const location of ["ftp://shop.test/", "javascript:alert(1)", "data:text/html,tea", "file:///etc/passwd"]) {
        const server = yield* serve(() => to(location))
        assert.deepInclude(yield* ask(server), {
          status: "Error",
          reason: `redirected to "${location}", which is not HTTP`
        })
      }
    })
  )

  it.live("guards every hop, however the address is written", () =>
    Effect.gen(function* () {
      const hidden = yield* serve(() => sells)
      const inside = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0x7f.1",
        "%31%32%37.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "app.localhost",
        "LOCALHOST.",
        "inside.test",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "0",
        "0.0.0.0",
        "[::]"
      ]
      // The way in is public as far as the guard can see; everything behind it is not.
      const door = "127.0.0.99"
      const guard = { refusal: (address: string) => (address === door ? null : Guard.strict.refusal(address)) }
      for (const host of inside) {
        const server = yield* serve(() => to(`http://${host}:${hidden.port}/`), { address: door })
        const verdict = yield* ask(
          server,
          {},
          { guard, lookup: (name) => Effect.succeed([name === "shop.test" ? door : "10.0.0.1"]) }
        )
        assert.strictEqual(verdict.status, "Unreachable", host)
        assert.match(verdict.reason ?? "", /^address \S+ is \w/, host)
        assert.strictEqual(verdict.urls.length, 2, host)
      }
      assert.strictEqual(hidden.connections().made, 0)
    })
  )

  it.live("a redirect to what does not resolve is a DNSError of the port that sent it", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => to("http://gone.test/"))
      const verdict = yield* ask(
        server,
        {},
        {
          lookup: (name) => Effect.succeed(name === "shop.test" ? [server.address] : [])
        }
      )
      assert.deepInclude(verdict, { status: "DNSError", port: server.port, reason: "gone.test does not resolve" })
      const odd = yield* serve(() => to("http://no_name.test/"))
      assert.deepInclude(yield* ask(odd), { status: "DNSError" })
    })
  )

  it.live("a closed door behind a redirect is Unreachable; the next port is not asked", () =>
    Effect.gen(function* () {
      const shut = yield* Effect.scoped(serve(() => sells))
      const server = yield* serve(() => to(`http://shop.test:${shut.port}/`))
      const other = yield* serve(() => sells)
      const verdict = yield* ask(server, {}, { ports: [server.port, other.port] })
      assert.deepInclude(verdict, { status: "Unreachable", port: server.port })
      assert.strictEqual(other.connections().made, 0)
    })
  )

  it.live("what is meant for one host is not sent to another, nor back again", () =>
    Effect.gen(function* () {
      const server = yield* serve(({ host, path, socket }) => {
        if (path === "/") return to("/own", { "set-cookie": ["mine=1", "wide=1; Domain=shop.test"] })
        if (path === "/own") return to(`http://other.test:${socket.localPort}/other`)
        if (path === "/other") return to(`http://www.shop.test:${socket.localPort}/www`, { "set-cookie": "theirs=1" })
        if (path === "/www") return to(`http://shop.test:${socket.localPort}/back`)
        return host.startsWith("shop.test") ? sells : answer(404)
      })
      const headers = { Authorization: "Basic c2VjcmV0", Cookie: "own=1", "X-Any": "1" }
      assert.strictEqual((yield* ask(server, { headers })).status, "Success")
      assert.deepStrictEqual(
        server.asked.map(({ header, path }) => [path, header("authorization"), header("cookie"), header("x-any")]),
        [
          ["/", headers.Authorization, "own=1", "1"],
          ["/own", headers.Authorization, "own=1; mine=1; wide=1", "1"],
          ["/other", undefined, undefined, "1"],
          ["/www", undefined, "wide=1", "1"],
          ["/back", undefined, "mine=1; wide=1", "1"]
        ]
      )
    })
  )

  it.live("cookies by the persona's mode", () =>
    Effect.gen(function* () {
      const server = yield* serve(({ path }) => (path === "/" ? to("/next", { "set-cookie": "set=1" }) : sells))
      const sent = (mode: "session" | "none" | "ignore") =>
        Effect.gen(function* () {
          const before = server.asked.length
          yield* ask(server, { cookieHandling: { mode }, headers: { Cookie: "own=1" } })
          return server.asked.slice(before).map(({ header }) => header("cookie"))
        })
      assert.deepStrictEqual(yield* sent("session"), ["own=1", "own=1; set=1"])
      assert.deepStrictEqual(yield* sent("ignore"), ["own=1", "own=1"])
      assert.deepStrictEqual(yield* sent("none"), [undefined, undefined])
    })
  )
})
