import type { Socket } from "node:net"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { Effect } from "effect"
import type { Head } from "./Exchange.ts"
import type { Fault } from "./Fault.ts"
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
  /** What is being done, in words: `connecting to shop.test at 192.0.2.1`. */
  readonly during: string
}

export interface Reached {
  readonly socket: Socket
  /** What stands at the end of the connection instead of the host: a proxy that forwards requests. */
  readonly relay: Relay | null
}

export interface Relay {
  /** For the proxy alone; names and values in turn. */
  readonly headers: ReadonlyArray<string>
  /** The proxy's own fault, where the answer is the proxy's own. */
  readonly fault: (head: Head) => Fault | null
}

/** Which road the next attempt takes. It fails where there is none left. */
export interface Roads {
  readonly next: Effect.Effect<Road, Fault>
}

const straight: Road = {
  proxyId: null,
  open: (line, { address, during, port }) =>
    Effect.map(line.open(address, port, during), (socket) => ({ socket, relay: null }))
}

/** No proxy. */
export const direct: Roads = { next: Effect.succeed(straight) }
