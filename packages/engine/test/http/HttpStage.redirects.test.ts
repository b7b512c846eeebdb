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
        "[::ffff:0:127.0.0.1]",
        "[0:0:0:0:0:FFFF:7F00:0001]",
        "[::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::1]",
        "0X7F.0.0.0x1",
        "0177.0.0.01",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "user:secret@127.0.0.1",
        "localhost",
        "app.localhost",
        "LOCALHOST.",
        "inside.test",
        "169.254.169.254",
        "2852039166",
        "[::ffff:a9fe:a9fe]",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.0.1",
        "100.64.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "0",
        "0.0.0.0",
        "[::]"
      ]
      // The way in is public as far as the guard can see; everything behind it is not.
      const door = "127.0.0.99"
      const guard = { refusal: (address: string) => (address === door ? null : Guard.strict.refusal(address)) }
      for (const host of inside) {
        const location = Buffer.from(`http://${host}:${hidden.port}/`).toString("latin1")
        const server = yield* serve(() => to(location), { address: door })
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

  it.live("dials what it has checked, whatever the name resolves to a moment later", () =>
    Effect.gen(function* () {
      const hidden = yield* serve(() => sells)
      const door = "127.0.0.99"
      const guard = { refusal: (address: string) => (address === door ? null : Guard.strict.refusal(address)) }
      const server = yield* serve(({ path }) => (path === "/" ? to("/page") : sells), { address: door })
      let asked = 0
      // A name of the attacker, whose records live for no time at all.
      const lookup = () => Effect.sync(() => (asked++ % 2 === 0 ? [door] : [hidden.address]))
      assert.deepInclude(yield* ask(server, {}, { guard, lookup }), { status: "Success" })
      assert.strictEqual(asked, 1)
      const second = yield* ask(server, {}, { guard, lookup })
      assert.deepInclude(second, { status: "Unreachable", reason: "address 127.0.0.1 is loopback" })

      // Another attempt asks again, and what it hears is checked again.
      const rude = yield* serve(() => (socket) => socket.resetAndDestroy(), { address: door })
      asked = 0
      const retried = yield* ask(rude, {}, { guard, lookup, retryAttempts: 1 })
      assert.deepInclude(retried, { status: "Unreachable", attempts: 2, reason: "address 127.0.0.1 is loopback" })
      assert.strictEqual(hidden.connections().made, 0)
    })
  )

  it.live("a Location writes no lines into the next request", () =>
    Effect.gen(function* () {
      // Percent-encoded, and letters whose lower octets are CR and LF.
      for (const location of ["/%0d%0aX-Evil:%201", "/\tx", Buffer.from("/čĊX-Evil: 1").toString("latin1")]) {
        const server = yield* serve(({ path }) => (path === "/" ? to(location) : sells))
        assert.deepInclude(yield* ask(server), { status: "Success" }, location)
        const [, next] = server.asked
        assert.isUndefined(next?.header("x-evil"), location)
        assert.match(next?.path ?? "", /^\/[!-~]*$/)
      }
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
