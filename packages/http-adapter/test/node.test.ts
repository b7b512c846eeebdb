import { once } from "node:events"
import { createServer, get, request } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"
import * as Mount from "../src/Mount.ts"
import { layer } from "./support/world.ts"

let mounted: Mount.MountedOnNode
const server = createServer((asked, answer) => mounted.handler(asked, answer))
let port = 0
beforeAll(async () => {
  mounted = await Mount.node(layer, { bodyTimeout: "300 millis" })
  server.listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await mounted.stop()
})

/** A body that is sent in pieces, and ended or not. */
const post = (headers: Record<string, string | number>, pieces: ReadonlyArray<string>, ends: boolean) =>
  new Promise<{ readonly status: number | undefined; readonly code: string }>((resolve, reject) => {
    const asked = request(
      {
        port,
        host: "127.0.0.1",
        path: "/auth/login",
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json", ...headers }
      },
      (answer) => {
        let text = ""
        answer.on("data", (chunk) => {
          text += chunk
        })
        answer.on("end", () => resolve({ status: answer.statusCode, code: JSON.parse(text).code }))
      }
    )
    asked.on("error", reject)
    for (const piece of pieces) asked.write(piece)
    if (ends) asked.end()
  })

it("does not wait for a body that does not come", async () => {
  assert.deepStrictEqual(await post({ "content-length": 100 }, ["{"], false), { status: 408, code: "body_too_slow" })
})

it("stops reading a body that says nothing of its size, and is too large", async () => {
  const pieces = Array.from({ length: 20 }, () => "x".repeat(100_000))
  assert.deepStrictEqual(await post({}, pieces, true), { status: 413, code: "body_too_large" })
})

it("does not believe a header about where a request comes from", async () => {
  const asked = Array.from({ length: 11 }, (_, i) =>
    post({ "x-forwarded-for": `198.51.100.${i}` }, ['{"email":"a@b.example","password":"x"}'], true)
  )
  assert.include(
    (await Promise.all(asked)).map(({ code }) => code),
    "rate_limited"
  )
})

it("does not wait for whoever left before the host handed the request on", async () => {
  const other = await Mount.node(layer)
  const handed = Promise.withResolvers<void>()
  const slow = createServer((asked, answer) => {
    answer.once("close", () =>
      setImmediate(() => {
        other.handler(asked, answer)
        handed.resolve()
      })
    )
    caller.destroy()
  })
  slow.listen(0, "127.0.0.1")
  await once(slow, "listening")
  const caller = get({
    port: (slow.address() as AddressInfo).port,
    host: "127.0.0.1",
    path: "/health/live",
    agent: false
  })
  caller.on("error", () => {})
  await handed.promise
  const start = performance.now()
  await other.stop()
  slow.close()
  // It would have waited for ten seconds.
  assert.isBelow(performance.now() - start, 5_000)
})

it("answers whatever is asked where events are, and breaks of none of it", async () => {
  const targets = [
    "//evil.example/events",
    "http://[::1/campaigns/x/events",
    "http://evil.example/campaigns/x/events",
    "/%zz/events",
    "/campaigns/%E0%A4%A/events",
    "/campaigns/../../events?%",
    "/campaigns/00000000-0000-4000-8000-000000000000/events?x=1"
  ]
  for (const target of targets) {
    const socket = connect(port, "127.0.0.1")
    socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    let said = ""
    for await (const chunk of socket) said += chunk
    assert.match(said, /^HTTP\/1\.1 4\d\d /, target)
  }
})

it("is still there after all of that", async () => {
  const status = await new Promise((resolve) =>
    get({ port, host: "127.0.0.1", path: "/health/live" }, (answer) => resolve(answer.resume().statusCode))
  )
  assert.strictEqual(status, 200)
})
