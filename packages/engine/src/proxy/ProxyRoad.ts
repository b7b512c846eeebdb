import { isIPv6, type Socket } from "node:net"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { Effect } from "effect"
import { monotonicMillis, since } from "../Elapsed.ts"
import { type Fault, fault } from "../http/Fault.ts"
import { valuesOf } from "../http/Head.ts"
import { Line } from "../http/Line.ts"
import type { Destination, Reached, Relay, Road } from "../http/Road.ts"
import type { Tls } from "../http/Tls.ts"
import type { Breakdown } from "./Conversation.ts"
import type { Endpoint } from "./Endpoint.ts"
import * as HttpTunnel from "./HttpTunnel.ts"
import * as Socks5 from "./Socks5.ts"

/** What a use of a proxy showed of its health. */
export interface Listener {
  readonly answered: (latencyMs: number) => Effect.Effect<void>
  readonly broke: (status: string) => Effect.Effect<void>
  /** It said something of a destination, or forwarded what that said: how long this took is no latency of its own. */
  readonly lives: Effect.Effect<void>
}

/**
 * The road through a proxy. It is given addresses, not names, so that what the guard has let pass is what is reached.
 *
 * Whatever keeps it from reaching one is a ProxyError: the host itself was never spoken to. The proxy's secret goes to
 * the proxy and nowhere else.
 */
export const make = (proxyId: ProxyId, endpoint: Endpoint, tls: () => Tls, listener: Listener): ProxyRoad => {
  const name = `proxy ${endpoint.address}`
  // Told by the proxy itself, once, that it opens no tunnels to plain ports.
  let forwardsOnly = false

  const broken = (reason: string): Effect.Effect<never, Fault> =>
    Effect.andThen(listener.broke(reason), Effect.fail(fault("ProxyError", `${name}: ${reason}`, true)))

  /** The proxy lives, and cannot or will not go there. */
  const refused = (reason: string): Effect.Effect<never, Fault> =>
    Effect.andThen(
      listener.lives,
      Effect.fail({ ...fault("ProxyError", `${name}: ${reason}`, true), isClosedDoor: true })
    )

  const listen = <A>(answer: Effect.Effect<A, Breakdown>): Effect.Effect<A, Fault> =>
    Effect.catchTag(answer, "Breakdown", ({ reason }) => broken(reason))

  const approach = (line: Line): Effect.Effect<Socket, Fault> =>
    line.open(endpoint.host, endpoint.port, "connecting").pipe(
      Effect.flatMap((socket) =>
        endpoint.protocol === "https"
          ? line.secure(socket, endpoint.host, tls(), "in the TLS handshake")
          : Effect.succeed(socket)
      ),
      Effect.catchTag("Fault", ({ reason }) => broken(reason)),
      Effect.timeoutOrElse({ duration: patience, orElse: () => broken(`no connection within ${patience} ms`) })
    )

  const enter = Effect.fnUntraced(function* (socket: Socket): Effect.fn.Return<void, Fault> {
    const isIn = yield* listen(Socks5.enter(socket, endpoint.login))
    if (!isIn) yield* broken("credentials refused")
  })

  const relay: Relay = {
    headers: endpoint.login === null ? [] : ["Proxy-Authorization", HttpTunnel.authorization(endpoint.login)],
    check: (head) =>
      head.status === 407
        ? broken(lockedOut)
        : valuesOf(head, "x-squid-error").length > 0 ||
            valuesOf(head, "proxy-status").some((status) => /;\s*error=/.test(status)) // RFC 9209 2.1.1
          ? refused(`refused to forward (${head.status})`)
          : listener.lives
  }

  const open = Effect.fnUntraced(function* (line: Line, to: Destination): Effect.fn.Return<Reached, Fault> {
    const { address, isSecure, port, wait } = to
    const goal = wait.doing
    wait.doing = `connecting to ${name}`
    wait.isForProxy = true
    const start = yield* monotonicMillis
    const socket = yield* approach(line)
    const answered = Effect.flatMap(since(start), listener.answered)

    if (endpoint.protocol === "socks5") {
      yield* enter(socket)
      wait.isForProxy = false
      wait.doing = `${goal} through ${name}`
      const reply = yield* listen(Socks5.connect(socket, address, port))
      if (reply !== 0) return yield* refused(`${Socks5.replies[reply] ?? "refused"} (SOCKS reply ${reply})`)
      yield* answered
      return { socket, relay: null }
    }

    wait.isForProxy = false
    wait.doing = `${goal} through ${name}`
    if (forwardsOnly && !isSecure) return { socket, relay }
    const authority = `${isIPv6(address) ? `[${address}]` : address}:${port}`
    const status = yield* listen(HttpTunnel.connect(socket, authority, endpoint.login))
    if (status >= 200 && status < 300) {
      yield* answered
      return { socket, relay: null }
    }
    if (status === 407) return yield* broken(lockedOut)
    if (isSecure || !tunnelless.has(status)) return yield* refused(`refused to connect (${status})`)
    forwardsOnly = true
    return { socket: yield* approach(line), relay }
  })

  const probe = Effect.suspend(() => {
    const line = new Line()
    return Effect.gen(function* () {
      const start = yield* monotonicMillis
      const socket = yield* approach(line)
      if (endpoint.protocol === "socks5") yield* enter(socket)
      else if ((yield* listen(HttpTunnel.connect(socket, nowhere, endpoint.login))) === 407) yield* broken(lockedOut)
      yield* listener.answered(yield* since(start))
    }).pipe(
      Effect.timeoutOrElse({ duration: 2 * patience, orElse: () => broken(`no answer within ${2 * patience} ms`) }),
      Effect.ignore,
      Effect.ensuring(Effect.sync(() => line.close()))
    )
  })

  return { proxyId, open, probe }
}

export interface ProxyRoad extends Road {
  /** Asks the proxy for a sign of life and tells the listener. */
  readonly probe: Effect.Effect<void>
}

const lockedOut = "407, credentials refused"

/** Milliseconds in which a proxy that lives takes a connection; it is one hop away, and asked all the time. */
const patience = 5_000

/** A name that no resolver knows (RFC 6761 6.4): a proxy that looks for it lives, and nobody is bothered. */
const nowhere = "probe.invalid:443"

/** What proxies answer that open tunnels to the ports of TLS alone, and forward plain requests. */
const tunnelless: ReadonlySet<number> = new Set([400, 403, 405, 501])
