import { once } from "node:events"
import * as net from "node:net"
import * as tls from "node:tls"
import * as Certificates from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { names, stage, until } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, zone } = Peer
const certificates = Certificates.make()
const trusted = { ca: certificates.authority }

/** A server of streams; `serve` has the whole connection in hand. */
const server = (make: (serve: (socket: net.Socket) => void) => net.Server, serve: (socket: net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new Set<net.Socket>()
      const listening = make((socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        serve(socket)
      })
      listening.listen(0, "127.0.0.1")
      await once(listening, "listening")
      // A server that listens on TCP has an address of this kind.
      return { listening, sockets, port: (listening.address() as net.AddressInfo).port }
    }),
    ({ listening, sockets }) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        listening.close()
      })
  )
const tcp = (serve: (socket: net.Socket) => void) => server((connected) => net.createServer(connected), serve)
const secure = (serve: (socket: net.Socket) => void) =>
  server(
    (connected) =>
      tls.createServer({ SNICallback: (name, done) => done(null, certificates.contextFor(name, "good")) }, connected),
    serve
  )

const numbered = (count: number) => names(...Array.from({ length: count }, (_, i) => `n${i}.test`))

describe("a resolver by TCP", () => {
  it.live("gets all questions before its first answer, on few connections, and may answer in any order", () =>
    Effect.gen(function* () {
      const log: Array<Peer.Asked> = []
      const waiting: Array<() => void> = []
      const { port, sockets } = yield* tcp((socket) =>
        Peer.serveStream(socket, (octets) =>
          Peer.listen(
            octets,
            "tcp",
            log,
            (asked) =>
              new Promise((reply) => {
                waiting.push(() =>
                  reply(
                    asked.type === "A"
                      ? answer(asked, [a(asked.name, `10.0.0.${asked.name.slice(1, -5)}`)])
                      : answer(asked, [])
                  )
                )
                if (waiting.length === 100) for (const release of waiting.toReversed()) release()
                else if (waiting.length > 100) waiting.at(-1)?.()
              })
          )
        )
      )
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`])
      const verdicts = yield* ask(numbered(100))
      for (const [i, { records, status }] of verdicts.entries()) {
        assert.strictEqual(status, "Resolved")
        assert.deepStrictEqual([records?.ips, records?.transport], [[`10.0.0.${i}`], "tcp"])
      }
      assert.isAtMost(sockets.size, 4)
    })
  )

  it.live("may close its connections as it pleases: what was not answered is asked again", () =>
    Effect.gen(function* () {
      const log: Array<Peer.Asked> = []
      const { port, sockets } = yield* tcp((socket) => {
        let heard = 0
        let answered = 0
        Peer.serveStream(socket, async (octets) => {
          if (++heard > 10) return []
          const replies = await Peer.listen(octets, "tcp", log, zone([]))
          if (++answered === 10) setImmediate(() => socket.end())
          return replies
        })
      })
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`], { maxConcurrentGoroutines: 12 })
      const verdicts = yield* ask(numbered(60))
      assert.isTrue(verdicts.every(({ attempts, status }) => status === "Unresolved" && attempts === 1))
      assert.isAtLeast(sockets.size, 6)
    })
  )

  it.live("that closes without a word is at fault, after a few connections", () =>
    Effect.gen(function* () {
      const { port, sockets } = yield* tcp((socket) => socket.once("data", () => socket.destroy()))
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`])
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.status, "Error")
      assert.match(verdict?.records?.reason ?? "", /^Transport: /)
      // Three connections for A, three for AAAA.
      assert.strictEqual(sockets.size, 6)
    })
  )

  it.live("that is not there is at fault at once", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(tcp(() => {}))
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`], { queryTimeoutSeconds: 300 })
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.records?.reason, "Transport: ECONNREFUSED")
    })
  )

  it.effect("whose connection died without a word is asked by another one", () =>
    Effect.gen(function* () {
      const log: Array<Peer.Asked> = []
      let connections = 0
      const { port } = yield* tcp((socket) => {
        const isDeaf = connections++ === 0
        Peer.serveStream(socket, (octets) => Peer.listen(octets, "tcp", log, isDeaf ? () => undefined : zone([])))
      })
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`], { queryTimeoutSeconds: 1 }, { retryAttempts: 1 })
      const asking = yield* Effect.forkChild(ask(names("shop.test")))
      yield* until(() => log.length === 1)
      yield* TestClock.adjust("1100 millis")
      const [verdict] = yield* Fiber.join(asking)
      assert.deepStrictEqual([verdict?.status, verdict?.attempts, connections], ["Unresolved", 2, 2])
    })
  )

  it.live(
    "that is silent is let go of when the stage closes, also by a connection that was given up with a question on it",
    () =>
      Effect.gen(function* () {
        const open = new Set<net.Socket>()
        const { port } = yield* tcp((socket) => {
          open.add(socket)
          socket.resume().on("close", () => open.delete(socket))
        })
        yield* Effect.gen(function* () {
          const asker = yield* stage([`tcp://127.0.0.1:${port}`], { queryTimeoutSeconds: 0.3 })
          yield* Effect.forkChild(asker.ask(names("first.test")))
          yield* Effect.sleep(150)
          yield* Effect.forkDetach(asker.ask(names("second.test")).pipe(Effect.exit))
          yield* Effect.sleep(200)
          assert.isAbove(open.size, 0)
        }).pipe(Effect.scoped)
        yield* until(() => open.size === 0)
      })
  )

  it.live("may send nonsense: no other name is answered by it", () =>
    Effect.gen(function* () {
      const { port } = yield* tcp((socket) => {
        socket.write(Buffer.from([0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 12, ...Buffer.alloc(12, 0xff)]))
        Peer.serveStream(socket, (octets) => Peer.listen(octets, "tcp", [], zone([])))
      })
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`])
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.status, "Unresolved")
    })
  )

  it.live("cannot cut an answer off", () =>
    Effect.gen(function* () {
      const { port } = yield* tcp((socket) =>
        Peer.serveStream(socket, (octets) =>
          Peer.listen(octets, "tcp", [], (asked) => answer(asked, [], { flags: Peer.flag.truncated }))
        )
      )
      const { ask } = yield* stage([`tcp://127.0.0.1:${port}`])
      const [verdict] = yield* ask(names("shop.test"))
      assert.strictEqual(verdict?.records?.reason, "Malformed: cut off")
    })
  )
})

describe("a resolver by TLS (RFC 7858)", () => {
  const serve = (socket: net.Socket) =>
    Peer.serveStream(socket, (octets) => Peer.listen(octets, "tls", [], zone([a("shop.test", "192.0.2.1")])))

  it.live("is asked when its certificate is trusted and names it", () =>
    Effect.gen(function* () {
      const { port, sockets } = yield* secure(serve)
      const { ask } = yield* stage([`tls://localhost:${port}`], {}, trusted)
      const [shop, none] = yield* ask(names("shop.test", "none.test"))
      assert.deepStrictEqual([shop?.records?.ips, shop?.records?.transport], [["192.0.2.1"], "tls"])
      assert.strictEqual(none?.status, "Unresolved")
      assert.strictEqual(sockets.size, 1)
    })
  )

  it.live("is never asked when its certificate is not trusted, or names another", () =>
    Effect.gen(function* () {
      const { port } = yield* secure(serve)
      const stranger = yield* stage([`tls://localhost:${port}`])
      const [untrusted] = yield* stranger.ask(names("shop.test"))
      assert.deepStrictEqual([untrusted?.status, untrusted?.records?.ips], ["Error", []])
      assert.match(untrusted?.records?.reason ?? "", /^Transport: .*(SIGNATURE|ISSUER)/)
      const other = yield* secure(serve)
      const mismatched = yield* stage([`tls://127.0.0.1:${other.port}`], {}, trusted)
      const [verdict] = yield* mismatched.ask(names("shop.test"))
      assert.match(verdict?.records?.reason ?? "", /^Transport: /)
    })
  )

  it.live("that speaks no TLS is at fault", () =>
    Effect.gen(function* () {
      const { port } = yield* tcp((socket) => socket.end("220 mail.test ESMTP\r\n"))
      const { ask } = yield* stage([`tls://localhost:${port}`], {}, trusted)
      const [verdict] = yield* ask(names("shop.test"))
      assert.match(verdict?.records?.reason ?? "", /^Transport: /)
    })
  )
})

describe("connections", () => {
  it.live("are closed with the stage", () =>
    Effect.gen(function* () {
      const closed: Array<unknown> = []
      const { port, sockets } = yield* tcp((socket) => {
        socket.on("close", () => closed.push(socket))
        Peer.serveStream(socket, (octets) => Peer.listen(octets, "tcp", [], zone([])))
      })
      yield* Effect.scoped(Effect.flatMap(stage([`tcp://127.0.0.1:${port}`]), ({ ask }) => ask(names("shop.test"))))
      yield* until(() => closed.length === 1 && sockets.size === 1)
    })
  )
})
