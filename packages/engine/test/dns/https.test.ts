import { once } from "node:events"
import * as http2 from "node:http2"
import * as https from "node:https"
import type * as net from "node:net"
import * as Certificates from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { names, stage, until } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, zone } = Peer
const certificates = Certificates.make()
const trusted = { ca: certificates.authority }
const shop = zone([a("shop.test", "192.0.2.1")])
const message = "application/dns-message"

interface Exchange {
  readonly method: string
  readonly path: string
  readonly version: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly octets: Buffer
}
type Respond = (exchange: Exchange, response: http2.Http2ServerResponse) => void

const identity: https.ServerOptions = {
  SNICallback: (name, done) => done(null, certificates.contextFor(name, "good"))
}
/** Both are written to in the same way; only one of them can be reset by a frame. */
type Listener = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void
const http2Server = (listener: Listener): net.Server => http2.createSecureServer(identity, listener)
const http1Server = (listener: Listener): net.Server =>
  https.createServer(identity, (request, response) => listener(request as never, response as never))

const server = (respond: Respond, create = http2Server) =>
  Effect.gen(function* () {
    const exchanges: Array<Exchange> = []
    const sockets = new Set<net.Socket>()
    const listening = create((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("error", () => {})
      request.on("end", () => {
        const { headers, httpVersion: version, method, url: path } = request
        const exchange = { headers, version, method, path, octets: Buffer.concat(chunks) }
        exchanges.push(exchange)
        respond(exchange, response)
      })
    })
    listening.on("connection", (socket: net.Socket) => sockets.add(socket))
    yield* Effect.acquireRelease(
      Effect.promise(async () => {
        listening.listen(0, "127.0.0.1")
        await once(listening, "listening")
      }),
      () =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          listening.close()
        })
    )
    // A server that listens on TCP has an address of this kind.
    const { port } = listening.address() as net.AddressInfo
    return { exchanges, sockets, resolver: `https://localhost:${port}/dns-query` }
  })

const answering =
  (by: Peer.Answering): Respond =>
  async ({ octets }, response) => {
    const [reply] = await Peer.listen(octets, "https", [], by)
    if (reply === undefined) return
    response.writeHead(200, { "content-type": message })
    response.end(reply)
  }
const reasonOf = (respond: Respond) =>
  Effect.gen(function* () {
    const { resolver } = yield* server(respond)
    const { ask } = yield* stage([resolver], {}, trusted)
    const [verdict] = yield* ask(names("shop.test"))
    assert.strictEqual(verdict?.status, "Error")
    return verdict?.records?.reason
  })

describe("a resolver by HTTPS (RFC 8484)", () => {
  it.live("is asked by POST under the id 0, many questions on one connection of HTTP/2", () =>
    Effect.gen(function* () {
      const { exchanges, resolver, sockets } = yield* server(answering(shop))
      const { ask } = yield* stage([resolver], {}, trusted)
      const verdicts = yield* ask(names("shop.test", ...Array.from({ length: 60 }, (_, i) => `n${i}.test`)))
      assert.deepStrictEqual(
        [verdicts[0]?.status, verdicts[0]?.records?.ips, verdicts[0]?.records?.transport],
        ["Resolved", ["192.0.2.1"], "https"]
      )
      assert.isTrue(verdicts.slice(1).every(({ status }) => status === "Unresolved"))
      const [first] = exchanges
      assert.deepInclude(first, { method: "POST", path: "/dns-query", version: "2.0" })
      assert.deepInclude(first?.headers, { accept: message, "content-type": message })
      assert.isTrue(exchanges.every(({ octets }) => octets.readUInt16BE(0) === 0))
      assert.isAtMost(sockets.size, 2)
    })
  )

  it.live("may speak HTTP/1.1 only", () =>
    Effect.gen(function* () {
      const { exchanges, resolver } = yield* server(answering(shop), http1Server)
      const { ask } = yield* stage([resolver], {}, trusted)
      const verdicts = yield* ask(names("shop.test", ...Array.from({ length: 20 }, (_, i) => `n${i}.test`)))
      assert.deepStrictEqual(verdicts[0]?.records?.ips, ["192.0.2.1"])
      assert.isTrue(verdicts.slice(1).every(({ status }) => status === "Unresolved"))
      assert.strictEqual(exchanges[0]?.version, "1.1")
    })
  )

  it.live.each([
    ["a status of 503", (_, r) => r.writeHead(503).end(), "HttpStatus: 503"],
    ["a status of 404", (_, r) => r.writeHead(404).end("not here"), "HttpStatus: 404"],
    [
      "a page instead",
      (_, r) => r.writeHead(200, { "content-type": "text/html" }).end("<p>log in"),
      "Malformed: no application/dns-message"
    ],
    ["an empty message", (_, r) => r.writeHead(200, { "content-type": message }).end(), "Malformed: another id"],
    [
      "a message without an end",
      (_, r) => r.writeHead(200, { "content-type": message }).end(Buffer.alloc(70_000)),
      "Malformed: longer than any message"
    ],
    [
      "another question",
      answering((asked) => answer({ ...asked, packet: { ...asked.packet, questions: [] } }, [])),
      "Malformed: another question"
    ],
    ["SERVFAIL", answering((asked) => answer(asked, [], { rcode: 2 })), "SERVFAIL"]
  ] satisfies ReadonlyArray<readonly [string, Respond, string]>)("is at fault with %s", ([, respond, reason]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reasonOf(respond), reason)
    })
  )

  it.live("moves sequential_failover on with a 5xx", () =>
    Effect.gen(function* () {
      const broken = yield* server((_, response) => response.writeHead(502).end())
      const peer = yield* Peer.make(shop)
      const { ask } = yield* stage(
        [broken.resolver, peer.resolver],
        { resolverStrategy: "sequential_failover" },
        { ...trusted, retryAttempts: 1 }
      )
      const [first] = yield* ask(names("shop.test"))
      const [second] = yield* ask(names("shop.test"))
      assert.deepStrictEqual([first?.status, first?.attempts, second?.attempts], ["Resolved", 2, 1])
      assert.strictEqual(second?.records?.resolver, peer.resolver)
    })
  )

  it.live("is never asked when its certificate is not trusted", () =>
    Effect.gen(function* () {
      const { exchanges, resolver } = yield* server(answering(shop))
      const { ask } = yield* stage([resolver])
      const [verdict] = yield* ask(names("shop.test"))
      assert.match(verdict?.records?.reason ?? "", /^Transport: .*(SIGNATURE|ISSUER)/)
      assert.strictEqual(exchanges.length, 0)
    })
  )

  it.live("hears when a question is not waited for any more", () =>
    Effect.gen(function* () {
      const resets: Array<number> = []
      const { exchanges, resolver } = yield* server((_, response) => {
        response.stream.on("close", () => resets.push(response.stream.rstCode))
      })
      const { ask } = yield* stage([resolver], {}, trusted)
      const asking = yield* Effect.forkChild(ask(names("shop.test")))
      yield* until(() => exchanges.length === 1)
      yield* Fiber.interrupt(asking)
      yield* until(() => resets.length === 1)
    })
  )

  it.live("is given up after the time of a question", () =>
    Effect.gen(function* () {
      const { resolver } = yield* server(() => {})
      const { ask } = yield* stage([resolver], { queryTimeoutSeconds: 0.1 }, trusted)
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.records?.reason, "Timeout")
    })
  )
})
