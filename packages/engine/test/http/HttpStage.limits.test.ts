import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"
import { bomb } from "@domainflow/internet/web/Bodies"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Roads from "../../src/http/Road.ts"
import { answer, page, serve } from "./support/server.ts"
import { ask, type Options } from "./support/stage.ts"

const mebibyte = 1_024 * 1_024
const html = page("We sell tea")

describe("HttpStage: bodies", () => {
  it.live("undoes every content coding, and one over the other", () =>
    Effect.gen(function* () {
      const plain = Buffer.from(html)
      const cases: ReadonlyArray<readonly [string, Buffer]> = [
        ["gzip", gzipSync(plain)],
        ["x-gzip", gzipSync(plain)],
        ["GZIP", gzipSync(plain)],
        ["deflate", deflateSync(plain)],
        ["deflate", deflateRawSync(plain)],
        ["br", brotliCompressSync(plain)],
        ["zstd", zstdCompressSync(plain)],
        ["identity", plain],
        ["", plain],
        ["gzip, br", brotliCompressSync(gzipSync(plain))],
        ["br,identity , zstd,gzip", gzipSync(zstdCompressSync(brotliCompressSync(plain)))]
      ]
      const bare = yield* Effect.flatMap(
        serve(() => answer(200, html)),
        ask
      )
      for (const [coding, body] of cases) {
        const server = yield* serve(() => answer(200, body, { "content-encoding": coding }))
        const verdict = yield* ask(server)
        assert.deepInclude(
          verdict,
          { status: "Success", contentHash: bare.contentHash, snippet: "We sell tea" },
          coding
        )
      }
      const twice = yield* serve(() =>
        answer(200, brotliCompressSync(gzipSync(plain)), { "content-encoding": ["gzip", "br"] })
      )
      assert.deepInclude(yield* ask(twice), { status: "Success", contentHash: bare.contentHash })
    })
  )

  it.live("reads what a stream that ends early held", () =>
    Effect.gen(function* () {
      const text = page(Array.from({ length: 30_000 }, (_, n) => `tea ${n}`).join(" "))
      for (const [coding, body] of [
        ["gzip", gzipSync(text)],
        ["deflate", deflateSync(text)],
        ["br", brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
        ["zstd", zstdCompressSync(text)]
      ] as const) {
        const server = yield* serve(() =>
          answer(200, body.subarray(0, body.length * 0.9), { "content-encoding": coding })
        )
        assert.include((yield* ask(server)).snippet, "tea 1 tea 2", coding)
      }
    })
  )

  it.live("a coding that is none, or that nobody knows, is said; a page that is refused anyway may be broken", () =>
    Effect.gen(function* () {
      for (const coding of ["gzip", "br", "zstd", "deflate"]) {
        const server = yield* serve(() => answer(200, html, { "content-encoding": coding }))
        assert.deepInclude(yield* ask(server, {}, { retryAttempts: 2 }), {
          status: "Error",
          reason: `the body is no ${coding}`,
          statusCode: null,
          attempts: 1
        })
      }
      const odd = yield* serve(() => answer(200, html, { "content-encoding": "rot13" }))
      assert.strictEqual((yield* ask(odd)).reason, 'content coding "rot13" is not known')
      const proto = yield* serve(() => answer(200, html, { "content-encoding": "constructor" }))
      assert.strictEqual((yield* ask(proto)).status, "Error")
      const deep = yield* serve(() => answer(200, html, { "content-encoding": Array(9).fill("gzip").join(",") }))
      assert.strictEqual((yield* ask(deep)).reason, "9 content codings over one another")
      const gone = yield* serve(() => answer(404, html, { "content-encoding": "gzip" }))
      assert.deepInclude(yield* ask(gone), { status: "ContentMismatch", statusCode: 404, title: null })
      const empty = yield* serve(() => answer(204, "", { "content-encoding": "gzip" }))
      assert.deepInclude(yield* ask(empty), { status: "KeywordsNotFound", statusCode: 204 })
    })
  )

  it.live("200 MB behind 200 kB of gzip take neither the memory nor the time", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => answer(200, bomb(), { "content-encoding": "gzip" }))
      const nested = yield* serve(() => answer(200, gzipSync(bomb()), { "content-encoding": "gzip, gzip" }))
      const before = process.memoryUsage().rss
      const verdict = yield* ask(server)
      assert.strictEqual(verdict.status, "Error")
      assert.match(verdict.reason ?? "", /^\d+ bytes of body unpack to more than 16777216$/)
      // A thousandfold of a thousandfold: judged by what came over the wire.
      assert.match((yield* ask(nested)).reason ?? "", /unpack to more than 6291456$/)
      assert.isBelow(process.memoryUsage().rss - before, 100 * mebibyte)
    })
  )

  it.live("bombs of any coding, and in any order, are one verdict each", () =>
    Effect.gen(function* () {
      const zeros = Buffer.alloc(64 * mebibyte)
      const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
      const bombs: ReadonlyArray<readonly [string, Buffer]> = [
        ["deflate", deflateSync(zeros, { level: 1 })],
        ["deflate", deflateRawSync(zeros, { level: 1 })],
        ["br", brotliCompressSync(zeros, quick)],
        ["zstd", zstdCompressSync(zeros)],
        ["br, gzip", gzipSync(brotliCompressSync(zeros, quick))],
        ["zstd, br", brotliCompressSync(zstdCompressSync(zeros))]
      ]
      const before = process.memoryUsage().rss
      for (const [coding, body] of bombs) {
        const server = yield* serve(() => answer(200, body, { "content-encoding": coding }))
        const verdict = yield* ask(server)
        assert.strictEqual(verdict.status, "Error", coding)
        assert.match(verdict.reason ?? "", /^\d+ bytes of body unpack to more than \d+$/, coding)
      }
      assert.isBelow(process.memoryUsage().rss - before, 100 * mebibyte)
    })
  )

  it.live("short pages may pack as well as they like, long ones may not", () =>
    Effect.gen(function* () {
      const padded = gzipSync(page(`tea${" ".repeat(4 * mebibyte)}`))
      const server = yield* serve(() => answer(200, padded, { "content-encoding": "gzip" }))
      assert.strictEqual((yield* ask(server)).status, "Success")
      const limits: Options["limits"] = { ratioFrom: mebibyte }
      assert.strictEqual((yield* ask(server, {}, { limits })).status, "Error")
    })
  )

  it.live("a body over the limit is not read to its end, announced or not", () =>
    Effect.gen(function* () {
      const limits: Options["limits"] = { wireBytes: 100_000 }
      const reason = "the body is larger than 100000 bytes"
      const announced = yield* serve(() => answer(200, "x".repeat(100_001)))
      assert.deepInclude(yield* ask(announced, {}, { limits }), { status: "Error", reason })
      const fits = yield* serve(() => answer(200, `tea${"x".repeat(99_997)}`))
      assert.strictEqual((yield* ask(fits, {}, { limits })).status, "Success")

      for (const head of ["transfer-encoding: chunked", "x: until the connection ends"]) {
        let sent = 0
        const endless = yield* serve(() => (socket) => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n${head}\r\n\r\n`)
          const chunk = head.startsWith("t") ? `1000\r\n${"x".repeat(4_096)}\r\n` : "x".repeat(4_096)
          const more = () => {
            while (!socket.destroyed && socket.write(chunk)) sent += 4_096
            if (!socket.destroyed) socket.once("drain", more)
          }
          more()
        })
        assert.deepInclude(yield* ask(endless, {}, { limits }), { status: "Error", reason }, head)
        yield* Effect.repeat(Effect.sleep(10), { until: () => endless.connections().open === 0 })
        assert.isBelow(sent, 20 * mebibyte)
      }
    })
  )

  it.live("a megabyte of headers is one verdict", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, "y".repeat(1_000)]))
      for (const headers of [many, { "x-long": "y".repeat(mebibyte) }, { ["x".repeat(mebibyte)]: "y" }]) {
        const server = yield* serve(() => answer(200, html, headers))
        assert.deepInclude(yield* ask(server), {
          status: "Error",
          reason: `too many or too large headers asking shop.test:${server.port}`
        })
      }
      const status = yield* serve(() => `HTTP/1.1 200 ${"y".repeat(mebibyte)}\r\n\r\n`)
      assert.oneOf((yield* ask(status, { requestTimeoutSeconds: 2 })).status, ["Error", "KeywordsNotFound"])
      const trailers = `0\r\n${"x: y\r\n".repeat(mebibyte / 6)}\r\n`
      const after = yield* serve(
        () => answer(200, "", { "transfer-encoding": "chunked", "content-length": [] }) + trailers
      )
      assert.deepInclude(yield* ask(after, { requestTimeoutSeconds: 5 }), { status: "Error" })
    })
  )

  it.live("whatever has no end within an answer ends with the deadline, and holds no memory", () =>
    Effect.gen(function* () {
      const chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n"
      const before = process.memoryUsage().rss
      for (const [start, piece] of [
        ["HTTP/1.1 200 ", "x"],
        [`${chunked}1;`, "x"],
        [chunked, "0"]
      ] as const) {
        let sent = 0
        const server = yield* serve(() => (socket) => {
          socket.write(start)
          const filler = piece.repeat(65_536)
          const more = () => {
            while (!socket.destroyed && socket.write(filler)) sent += filler.length
            if (!socket.destroyed) socket.once("drain", more)
          }
          more()
        })
        const verdict = yield* ask(server, { requestTimeoutSeconds: 0.5 })
        assert.oneOf(verdict.status, ["Timeout", "Error"], start)
        assert.isAbove(sent, 0)
        yield* Effect.repeat(Effect.sleep(10), { until: () => server.connections().open === 0 })
      }
      assert.isBelow(process.memoryUsage().rss - before, 100 * mebibyte)
    })
  )

  it.live("the deadline is for the whole of it, whichever part drips", () =>
    Effect.gen(function* () {
      const drip = (start: string, piece: string) =>
        serve(() => (socket) => {
          socket.write(start)
          const timer = setInterval(() => socket.write(piece), 20)
          socket.once("close", () => clearInterval(timer))
        })
      const settings = { requestTimeoutSeconds: 0.4 }
      const cases = [
        [yield* serve(() => () => {}), "waiting for"],
        [yield* drip("HTTP/1.1 200 OK\r\n", "x: y\r\n"), "waiting for"],
        [yield* drip("HTTP/1.1 100 Continue\r\n", "\r\nHTTP/1.1 100 Continue\r\n"), "waiting for"],
        [yield* drip("HTTP/1.1 103 Early Hints\r\n", "\r\nHTTP/1.1 102 Processing\r\n"), "waiting for"],
        [yield* drip("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", "x"), "reading the body from"]
      ] as const
      for (const [server, doing] of cases) {
        const verdict = yield* ask(server, settings)
        assert.deepInclude(verdict, { status: "Timeout", statusCode: null })
        assert.include(verdict.reason, `no page within 0.4 s: ${doing} shop.test:${server.port}`)
        assert.isBelow(verdict.durationMs, 3_000)
        yield* Effect.repeat(Effect.sleep(10), { until: () => server.connections().open === 0 })
      }

      let step = 0
      const winding = yield* serve(() => (socket) => {
        setTimeout(() => socket.end(answer(302, "", { location: `/${++step}` })), 300)
      })
      const verdict = yield* ask(winding, { requestTimeoutSeconds: 1.5 })
      assert.strictEqual(verdict.status, "Timeout")
      assert.isAbove(verdict.urls.length, 1)
      assert.isBelow(verdict.urls.length, 7)
    })
  )

  it.live("a door that neither opens nor shuts leaves the others their time", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => answer(200, html))
      const verdict = yield* ask(
        server,
        { requestTimeoutSeconds: 3 },
        {
          ports: [1, server.port],
          proxy: {
            next: Effect.map(Roads.direct.next, (road) => ({
              ...road,
              open: (line, to) => (to.port === 1 ? Effect.never : road.open(line, to))
            }))
          }
        }
      )
      assert.deepInclude(verdict, { status: "Success", port: server.port })
    })
  )
})
