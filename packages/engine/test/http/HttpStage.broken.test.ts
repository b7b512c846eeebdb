import type { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { answer, page, type Reply, serve } from "./support/server.ts"
import { ask } from "./support/stage.ts"

const html = page("We sell tea")

/** What a server that does `reply` comes to. */
const verdictOf = (reply: Reply, seconds = 2) =>
  Effect.scoped(
    Effect.flatMap(
      serve(() => reply),
      (server) => ask(server, { requestTimeoutSeconds: seconds })
    )
  )

describe("HttpStage: broken servers", () => {
  it.live("what is no HTTP is an Error, a connection that ends is Unreachable", () =>
    Effect.gen(function* () {
      const head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"
      const cases: ReadonlyArray<readonly [string, Reply, HttpStatus]> = [
        ["SSH", "SSH-2.0-OpenSSH_9.7\r\n", "Error"],
        ["SMTP", "220 mail.shop.test ESMTP\r\n", "Error"],
        ["HTTP/0.9", html, "Error"],
        ["a TLS alert", Buffer.from([0x15, 3, 1, 0, 2, 2, 0x50]), "Error"],
        ["NULs", Buffer.alloc(1_000), "Error"],
        ["a status that is none", "HTTP/1.1 2x0 OK\r\n\r\n", "Error"],
        ["a NUL in a header", `${head}x: a\0b\r\n\r\n${html}`, "Error"],
        ["a header without a colon", `${head}nonsense\r\n\r\n${html}`, "Error"],
        ["length and chunks", `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, "Error"],
        ["two lengths", `${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`, "Error"],
        ["a negative length", `${head}content-length: -5\r\n\r\nhello`, "Error"],
        ["a length past all numbers", `${head}content-length: 99999999999999999999999\r\n\r\nhello`, "Error"],
        ["a chunk of no size", `${head}transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`, "Error"],
        ["a chunk past all numbers", `${head}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello`, "Error"],
        ["nothing", "", "Unreachable"],
        ["half a status line", "HTTP/1.1 20", "Unreachable"],
        ["half a head", head, "Unreachable"],
        ["half a body", `${head}content-length: 5000\r\n\r\n${html}`, "Unreachable"],
        ["half the chunks", `${head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, "Unreachable"],
        ["a reset", (socket) => socket.resetAndDestroy(), "Unreachable"],
        [
          "a protocol nobody asked for",
          "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
          "Unreachable"
        ],
        [
          "100 before the answer",
          Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), answer(200, html)]),
          "Success"
        ],
        [
          "100 twice, with headers",
          Buffer.concat([
            Buffer.from("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 100 Go on\r\nx: y\r\n\r\n"),
            answer(200, html)
          ]),
          "Success"
        ],
        ["100 and nothing", "HTTP/1.1 100 Continue\r\n\r\n", "Unreachable"],
        ["half a 100", "HTTP/1.1 100 Continue\r\n", "Unreachable"],
        ["a 100 of 100 kB", `HTTP/1.1 100 Continue\r\nx: ${"y".repeat(100_000)}\r\n\r\n`, "Error"],
        [
          "103 before the answer",
          Buffer.concat([Buffer.from("HTTP/1.1 103 Early\r\n\r\n"), answer(200, html)]),
          "Success"
        ],
        ["a body until the end", `${head}\r\n${html}`, "Success"],
        ["HTTP/1.0", `HTTP/1.0 200 OK\r\n\r\n${html}`, "Success"],
        ["bare line feeds", `HTTP/1.1 200 OK\ncontent-length: ${html.length}\n\n${html}`, "Error"],
        ["no reason", `HTTP/1.1 200\r\ncontent-length: ${html.length}\r\n\r\n${html}`, "Success"],
        ["more than was announced", Buffer.concat([answer(200, html), Buffer.from(html)]), "Success"],
        ["trailers", `${head}transfer-encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\nx-after: 1\r\n\r\n`, "Success"]
      ]
      for (const [what, reply, status] of cases) {
        const verdict = yield* verdictOf(reply)
        assert.strictEqual(verdict.status, status, `${what}: ${verdict.reason}`)
      }
    })
  )

  it.live("an answer may come octet by octet, or before all of the question", () =>
    Effect.gen(function* () {
      const whole = Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), answer(200, html)])
      const verdict = yield* verdictOf((socket) => {
        socket.setNoDelay()
        let at = 0
        const timer = setInterval(() => {
          socket.write(whole.subarray(at, ++at))
          if (at === whole.length) clearInterval(timer)
        }, 1)
        socket.once("close", () => clearInterval(timer))
      }, 10)
      assert.strictEqual(verdict.status, "Success")
    })
  )

  it.live("a server that only shuts its side is answered for", () =>
    Effect.gen(function* () {
      const half = yield* verdictOf((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        socket.end()
      })
      assert.strictEqual(half.status, "Unreachable")
      assert.isNull(half.statusCode)
    })
  )

  it.live(
    "any octets come to one verdict",
    () =>
      Effect.promise(() => {
        const line = fc.oneof(
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.constantFrom(
            "HTTP/1.1 200 OK",
            "HTTP/1.1 302 Found",
            "HTTP/2 200",
            "location: /",
            "location: \0",
            "content-length: 3",
            "content-length: -1",
            "transfer-encoding: chunked",
            "transfer-encoding: gzip, chunked",
            "content-encoding: br",
            "content-type: text/html; charset=utf-16",
            "set-cookie: =",
            "set-cookie: a=1; Domain=.; Path",
            "",
            "0",
            "ffff",
            "5;x=y"
          )
        )
        const octets = fc.oneof(
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          fc
            .array(line, { maxLength: 12 })
            .map((lines) => Buffer.from(["HTTP/1.1 200 OK", ...lines].join("\r\n"), "latin1")),
          fc
            .tuple(fc.array(line, { maxLength: 6 }), fc.uint8Array({ maxLength: 200 }))
            .map(([lines, body]) =>
              Buffer.concat([Buffer.from(["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n"), "latin1"), body])
            )
        )
        return fc.assert(
          fc.asyncProperty(octets, async (bytes) => {
            const verdict = await Effect.runPromise(verdictOf(bytes, 5))
            assert.oneOf(verdict.status, ["Success", "KeywordsNotFound", "ContentMismatch", "Unreachable", "Error"])
            const stored = JSON.stringify(verdict)
            assert.isFalse(stored.includes("\\u0000"), stored)
            assert.isFalse(/\\ud[89a-f]/i.test(stored), stored)
          }),
          { numRuns: 150 }
        )
      }),
    60_000
  )
})
