import { defaultUserAgent } from "@domainflow/core/persona/HttpPersona"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answer, page, serve } from "./support/server.ts"
import { ask, type Persona } from "./support/stage.ts"

/** The header lines that a persona sends, ports made alike. */
const sent = (settings: Persona) =>
  Effect.gen(function* () {
    const server = yield* serve(() => answer(200, page("tea")))
    assert.strictEqual((yield* ask(server, settings)).status, "Success")
    return server.asked[0]!.lines.map((line) => line.replace(`:${server.port}`, ":PORT"))
  }).pipe(Effect.scoped)

describe("HttpStage: request headers", () => {
  it.live("say who asks, and ask as a reader would", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sent({}), [
        "host: shop.test:PORT",
        "connection: close",
        `User-Agent: ${defaultUserAgent}`,
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Encoding: gzip, deflate, br, zstd"
      ])
    })
  )

  it.live("are the persona's where it has its own, in its case", () =>
    Effect.gen(function* () {
      const lines = yield* sent({
        userAgent: "Teapot/1.0",
        headers: { "ACCEPT-encoding": "identity", "X-Tea": "green; \xe9", accept: "*/*", Connection: "keep-alive" }
      })
      assert.deepStrictEqual(lines, [
        "host: shop.test:PORT",
        "connection: keep-alive",
        "User-Agent: Teapot/1.0",
        "accept: */*",
        "ACCEPT-encoding: identity",
        "X-Tea: green; \xe9"
      ])
      assert.include(yield* sent({ userAgent: "a", headers: { "user-agent": "b" } }), "user-agent: b")
    })
  )

  it.live("come in the persona's order, the others after", () =>
    Effect.gen(function* () {
      const headers = { "X-B": "2", "X-A": "1" }
      const names = (lines: ReadonlyArray<string>) => lines.map((line) => line.slice(0, line.indexOf(":")))
      assert.deepStrictEqual(names(yield* sent({ headers, headerOrder: ["x-a", "Referer", "ACCEPT"] })), [
        "host",
        "connection",
        "x-a",
        "ACCEPT",
        "User-Agent",
        "Accept-Encoding",
        "X-B"
      ])
      assert.deepStrictEqual(
        names(yield* sent({ headers, headerOrder: ["User-Agent", "Host", "X-B", "Connection"] })),
        ["User-Agent", "Host", "X-B", "Connection", "Accept", "Accept-Encoding", "X-A"]
      )
      assert.deepStrictEqual(names(yield* sent({ headerOrder: ["user-agent", "accept", "host", "connection"] })), [
        "user-agent",
        "accept",
        "host",
        "connection",
        "Accept-Encoding"
      ])
      assert.deepStrictEqual(names(yield* sent({ headerOrder: ["Accept", "Connection"] })), [
        "host",
        "Accept",
        "Connection",
        "User-Agent",
        "Accept-Encoding"
      ])
    })
  )

  it.live("put cookies where the order has them", () =>
    Effect.gen(function* () {
      const lines = yield* sent({ headers: { Cookie: "a=1" }, headerOrder: ["cookie", "user-agent"] })
      assert.strictEqual(lines[2], "cookie: a=1")
    })
  )
})
