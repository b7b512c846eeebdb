import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Guard from "../../src/http/Guard.ts"
import { LookupFailure } from "../../src/http/Lookup.ts"
import { answer, page, serve } from "./support/server.ts"
import { ask } from "./support/stage.ts"

const sells = answer(200, page("We sell tea"))

describe("HttpStage", () => {
  it.live("tells all it learnt about a page", () =>
    Effect.gen(function* () {
      const body = page("We sell &lt;tea&gt; \u{1f375}", " Tea &amp; Co\n")
      const server = yield* serve(() => answer(200, body, { "X-Two": ["a", "b"], "set-cookie": "a=1" }))
      const { durationMs, ...verdict } = yield* ask(server)

      assert.isAtLeast(durationMs, 0)
      assert.deepStrictEqual(verdict, {
        status: "Success",
        reason: null,
        statusCode: 200,
        headers: {
          "content-type": ["text/html; charset=utf-8"],
          "content-length": [String(Buffer.byteLength(body))],
          "x-two": ["a", "b"],
          "set-cookie": ["a=1"]
        },
        title: "Tea & Co",
        snippet: "We sell <tea> \u{1f375}",
        contentHash: createHash("sha256").update(body).digest("hex"),
        keywords: [],
        adHoc: [{ keyword: "tea", count: 1, contexts: [] }],
        port: server.port,
        proxyId: null,
        urls: [`http://shop.test:${server.port}/`],
        attempts: 1
      })
    })
  )

  it.live("judges by status code, then content, then keywords", () =>
    Effect.gen(function* () {
      const cases = [
        [200, page("coffee"), {}, "KeywordsNotFound", null],
        [204, "", {}, "KeywordsNotFound", null],
        [299, page("tea"), {}, "Success", null],
        [404, page("tea"), {}, "ContentMismatch", "status code 404"],
        [500, page("tea"), {}, "ContentMismatch", "status code 500"],
        [401, page("tea"), {}, "AccessDenied", "status code 401"],
        [403, page("tea"), {}, "AccessDenied", "status code 403"],
        [429, page("tea"), {}, "AccessDenied", "status code 429"],
        [451, page("tea"), {}, "AccessDenied", "status code 451"],
        [403, page("tea"), { allowedStatusCodes: [403] }, "Success", null],
        [200, page("tea"), { allowedStatusCodes: [403] }, "ContentMismatch", "status code 200"],
        [404, page("tea"), { allowedStatusCodes: [200, 404] }, "Success", null],
        [
          200,
          page("tea"),
          { requiredContent: ["WE sell"] },
          "ContentMismatch",
          'required content "WE sell" is missing'
        ],
        [200, page("we sell tea"), { requiredContent: ["WE sell", "<P>"] }, "Success", null],
        [200, page("we sell"), { requiredContent: ["WE sell"] }, "KeywordsNotFound", null],
        [
          200,
          page("tea, for SALE"),
          { forbiddenContent: ["for sale"] },
          "ContentMismatch",
          'forbidden content "for sale" is there'
        ],
        [
          200,
          page("tea", "For sale"),
          { forbiddenContent: ["for sale"] },
          "ContentMismatch",
          'forbidden content "for sale" is there'
        ]
      ] as const
      for (const [status, body, settings, expected, reason] of cases) {
        const server = yield* serve(() => answer(status, body))
        const verdict = yield* ask(server, settings)
        assert.deepStrictEqual(
          [verdict.status, verdict.reason, verdict.statusCode],
          [expected, reason, status],
          `${status} ${body} ${JSON.stringify(settings)}`
        )
      }
    })
  )

  it.live("shows pages that are not accepted, and looks for nothing in them", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => answer(404, page("no tea here", "Gone")))
      const verdict = yield* ask(server)
      assert.deepInclude(verdict, { title: "Gone", snippet: "no tea here", adHoc: [] })
      assert.isString(verdict.contentHash)
    })
  )

  it.live("reads what is text, and says what is not", () =>
    Effect.gen(function* () {
      const cases = [
        ["text/html", "<b>tea</b>", "Success", "tea"],
        ["application/xhtml+xml", "<b>tea</b>", "Success", "tea"],
        ["application/rss+xml", "<title>x</title><b>tea</b>", "Success", "tea"],
        ["text/plain", "<b>tea</b>\n", "Success", "<b>tea</b>"],
        ["application/json; charset=utf-8", '{"a":  "tea"}', "Success", '{"a": "tea"}'],
        ["application/problem+json", '"tea"', "Success", '"tea"'],
        ["", "<p>tea", "Success", "tea"],
        ["nonsense", "<p>tea", "Success", "tea"],
        ["", "\x89PNG\r\n\x1a\n\0\0\0\rtea", "ContentMismatch", null],
        ["image/png", "tea", "ContentMismatch", null],
        ["application/pdf", "tea", "ContentMismatch", null],
        ["application/octet-stream", "tea", "ContentMismatch", null],
        ["image/png", "", "KeywordsNotFound", ""]
      ] as const
      for (const [type, body, status, snippet] of cases) {
        const server = yield* serve(() => answer(200, Buffer.from(body, "latin1"), { "content-type": type }))
        const verdict = yield* ask(server)
        assert.deepStrictEqual([verdict.status, verdict.snippet], [status, snippet], `${type}: ${body}`)
      }
    })
  )

  it.live("keeps the first 256 characters whole, and nothing a store would refuse", () =>
    Effect.gen(function* () {
      const server = yield* serve(() =>
        answer(200, page(`\0${"\u{1f375}".repeat(300)}`, "a\0b &#xD800;"), { "X-A": "\xff\xfe" })
      )
      const verdict = yield* ask(server)
      assert.strictEqual(verdict.snippet, "\u{1f375}".repeat(256))
      assert.isFalse(verdict.title?.includes("\0"))
      assert.isTrue(verdict.title?.isWellFormed())
      const wordy = yield* serve(() => answer(200, page("x", "\u{1f375}".repeat(5_000))))
      assert.strictEqual((yield* ask(wordy)).title, "\u{1f375}".repeat(1_024))
    })
  )

  it.live("asks the ports in order, and the first that answers decides", () =>
    Effect.gen(function* () {
      const shut = yield* Effect.scoped(serve(() => sells))
      const open = yield* serve(() => sells)
      const other = yield* serve(() => sells)
      const verdict = yield* ask(open, {}, { ports: [shut.port, open.port, other.port] })
      assert.deepInclude(verdict, { status: "Success", port: open.port })
      assert.deepStrictEqual(
        verdict.urls,
        [shut.port, open.port].map((port) => `http://shop.test:${port}/`)
      )
      assert.strictEqual(other.connections().made, 0)

      const none = yield* ask(shut, {}, { ports: [shut.port, shut.port + 1] })
      assert.deepInclude(none, { status: "Unreachable", port: null, statusCode: null })
      assert.match(none.reason ?? "", /^refused connecting to shop\.test:\d+ at 127\.0\.0\.1; refused connecting/)
    })
  )

  it.live("counts a port that sent a head among those that answer, whatever became of the body", () =>
    Effect.gen(function* () {
      const torn = yield* serve(
        () => "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5000\r\n\r\nWe sell"
      )
      const other = yield* serve(() => answer(200, page("We sell tea")))
      const verdict = yield* ask(torn, {}, { ports: [torn.port, other.port] })
      assert.deepInclude(verdict, { status: "Unreachable", port: torn.port, urls: [`http://shop.test:${torn.port}/`] })
    })
  )

  it.live("does not count the time in which a name is looked up", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => answer(200, page("We sell tea")))
      const lookup = () => Effect.delay(Effect.succeed([server.address]), 700)
      const verdict = yield* ask(server, { requestTimeoutSeconds: 0.5 }, { lookup })
      assert.deepInclude(verdict, { status: "Success" })
      assert.isAtLeast(verdict.durationMs, 650)
    })
  )

  it.live("asks 443 by TLS, then 80, where no ports are named", () =>
    Effect.gen(function* () {
      // The guard refuses both, which costs no privileged port.
      const nowhere = { address: "10.0.0.1", port: 0 }
      assert.deepStrictEqual((yield* ask(nowhere, {}, { ports: [] })).urls, ["https://shop.test/", "http://shop.test/"])
      assert.deepStrictEqual((yield* ask(nowhere, {}, { ports: [8443, 8080, 80] })).urls, [
        "https://shop.test:8443/",
        "http://shop.test:8080/",
        "http://shop.test/"
      ])
    })
  )

  it.live("a refusal is an answer: the next port is not asked", () =>
    Effect.gen(function* () {
      const first = yield* serve(() => answer(403))
      const second = yield* serve(() => sells)
      assert.deepInclude(yield* ask(first, {}, { ports: [first.port, second.port] }), {
        status: "AccessDenied",
        port: first.port
      })
      assert.strictEqual(second.connections().made, 0)
    })
  )

  it.live("tries a host's addresses in order", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => sells)
      const lookup = () => Effect.succeed(["::1", "127.0.0.9", server.address])
      assert.strictEqual((yield* ask(server, {}, { lookup })).status, "Success")
    })
  )

  it.live("dials no address the guard refuses, and says why", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => sells)
      const guard = Guard.strict
      const refused = yield* ask(server, {}, { guard, retryAttempts: 3 })
      assert.deepInclude(refused, { status: "Unreachable", reason: "address 127.0.0.1 is loopback", attempts: 1 })
      for (const name of ["127.0.0.1", "0x7f.0.0.1", "2130706433.0", "017700000001.0"]) {
        const verdict = yield* ask(server, {}, { guard, lookup: () => Effect.succeed(["1.1.1.1"]) }, name)
        assert.oneOf(verdict.status, ["Unreachable", "DNSError"], name)
      }
      assert.strictEqual(server.connections().made, 0)
    })
  )

  it.live("uses the addresses that may be dialled", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => sells)
      const lookup = () => Effect.succeed(["10.0.0.1", "169.254.169.254", server.address])
      assert.strictEqual((yield* ask(server, {}, { lookup })).status, "Success")
    })
  )

  it.live("a name that does not resolve is a DNSError, asked for again only where the resolver was at fault", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => sells)
      const failing = (transient: boolean) => () =>
        Effect.fail(new LookupFailure({ host: "shop.test", reason: "SERVFAIL", transient }))
      const at = (lookup: ReturnType<typeof failing>) => ask(server, {}, { lookup, retryAttempts: 2 })
      assert.deepInclude(yield* at(failing(false)), { status: "DNSError", attempts: 1 })
      assert.deepInclude(yield* at(failing(true)), {
        status: "DNSError",
        attempts: 3,
        reason: "shop.test does not resolve: SERVFAIL"
      })
      const nowhere = yield* ask(server, {}, { lookup: () => Effect.succeed([]) })
      assert.deepInclude(nowhere, { status: "DNSError", reason: "shop.test does not resolve" })
    })
  )

  it.live("asks again after what may pass, and counts the attempts", () =>
    Effect.gen(function* () {
      let turn = 0
      const server = yield* serve(() => (++turn < 3 ? (socket) => socket.resetAndDestroy() : sells))
      assert.deepInclude(yield* ask(server, {}, { retryAttempts: 2 }), { status: "Success", attempts: 3 })
      turn = 0
      assert.deepInclude(yield* ask(server, {}, { retryAttempts: 1 }), { status: "Unreachable", attempts: 2 })
      turn = 0
      assert.deepInclude(yield* ask(server), { status: "Unreachable", attempts: 1 })
    })
  )

  it.live("leaves no connection behind: neither after an answer, nor when it is interrupted", () =>
    Effect.gen(function* () {
      const server = yield* serve(({ path }) => (path === "/" ? () => {} : sells))
      const fiber = yield* Effect.forkChild(ask(server, { requestTimeoutSeconds: 60 }))
      yield* Effect.repeat(Effect.sleep(10), { until: () => server.asked.length === 1 })
      yield* Fiber.interrupt(fiber)
      yield* Effect.repeat(Effect.sleep(10), { until: () => server.connections().open === 0 })

      const kept = yield* serve(() => (socket) => socket.write(answer(200, page("tea"), { connection: "keep-alive" })))
      assert.strictEqual((yield* ask(kept, { headers: { Connection: "keep-alive" } })).status, "Success")
      yield* Effect.repeat(Effect.sleep(10), { until: () => kept.connections().open === 0 })
    })
  )
})
