/** A TCP relay between workers and PostgreSQL, whose line goes bad when a test says so. */
import { connect, createServer, type Socket } from "node:net"
import { Effect, Redacted } from "effect"

export interface Relay {
  /** The database as reached through the relay. */
  readonly url: Redacted.Redacted
  /** Nothing passes in either direction, and nobody is told; who connects now waits as well. */
  readonly stall: () => void
  /** What waited passes again. */
  readonly heal: () => void
  /** Resets every connection. */
  readonly cut: () => void
  /** The server loses every connection, and the clients are not told: theirs are open at one end. New ones pass. */
  readonly halfOpen: () => void
}

/** In front of the server at `url`, until the scope ends. */
export const make = Effect.fnUntraced(function* (url: Redacted.Redacted) {
  const target = new URL(Redacted.value(url))
  const pairs = new Set<readonly [client: Socket, server: Socket]>()
  let stalled = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    const end = () => {
      // Half open: one of the two is gone, and the other is not to know.
      if (!pairs.delete(pair)) return
      client.destroy()
      upstream.destroy()
    }
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.setNoDelay(true)
      from.on("data", (octets) => to.write(octets))
      from.on("error", end)
      from.on("close", end)
      if (stalled) from.pause()
    }
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        for (const [client] of pairs) client.destroy()
        server.close()
      })
  )
  const address = server.address()
  const through = new URL(target)
  through.port = String(typeof address === "object" ? address?.port : "")

  const relay: Relay = {
    url: Redacted.make(through.href),
    stall: () => {
      stalled = true
      for (const socket of [...pairs].flat()) socket.pause()
    },
    heal: () => {
      stalled = false
      for (const socket of [...pairs].flat()) socket.resume()
    },
    cut: () => {
      for (const [client, upstream] of pairs) {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    },
    halfOpen: () => {
      for (const pair of [...pairs]) {
        pairs.delete(pair)
        const [client, upstream] = pair
        upstream.resetAndDestroy()
        client.removeAllListeners("data").pause()
      }
    }
  }
  return relay
})
