import type { Socket } from "node:net"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { Effect } from "effect"
import { type Fault, fault } from "./Fault.ts"
import type { Head } from "./Head.ts"
import type { Line } from "./Line.ts"

/** How a host's address is reached: straight, or through a proxy. */
export interface Road {
  readonly proxyId: ProxyId | null
  readonly open: (line: Line, to: Destination) => Effect.Effect<Reached, Fault>
}

/** An address that the guard has let pass. */
export interface Destination {
  readonly address: string
  readonly port: number
  /** TLS will be spoken on the connection, which therefore has to end there. */
  readonly isSecure: boolean
  /** Tells what is waited for while the connection is made. */
  readonly wait: Wait
}

/** What is waited for, and whose fault it is when it does not come. */
export interface Wait {
  /** In words: `connecting to shop.test at 192.0.2.1`. */
  doing: string
  /** It is the proxy that does not answer, whatever the host would do. */
  isForProxy: boolean
}

/** What it comes to that nothing came. */
export const unanswered = (wait: Wait, within: string, otherwise: Fault["status"]): Fault =>
  fault(wait.isForProxy ? "ProxyError" : otherwise, `${within}: ${wait.doing}`, true)

export interface Reached {
  readonly socket: Socket
  /** What stands at the end of the connection instead of the host: a proxy that forwards requests, and finds the host itself. */
  readonly relay: Relay | null
}

export interface Relay {
  /** For the proxy alone; names and values in turn. */
  readonly headers: ReadonlyArray<string>
  /** Fails where the answer is the proxy's own rather than the host's. */
  readonly check: (head: Head) => Effect.Effect<void, Fault>
}

/** Which road the next attempt takes. It fails where there is none left. */
export interface Roads {
  readonly next: Effect.Effect<Road, Fault>
}

const straight: Road = {
  proxyId: null,
  open: (line, { address, port, wait }) =>
    Effect.map(line.open(address, port, wait.doing), (socket) => ({ socket, relay: null }))
}

/** No proxy. */
export const direct: Roads = { next: Effect.succeed(straight) }
