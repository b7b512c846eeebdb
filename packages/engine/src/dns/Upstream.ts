import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { parse } from "@domainflow/core/dns/Resolver"
import { Effect, Schema } from "effect"
import type { Source } from "./Flight.ts"
import * as HttpsTransport from "./HttpsTransport.ts"
import type { Ids } from "./Ids.ts"
import type { Query } from "./Query.ts"
import * as StreamTransport from "./StreamTransport.ts"
import type { Lane, Receiver, Transport } from "./Transport.ts"
import * as UdpTransport from "./UdpTransport.ts"

/** One resolver that may be asked. */
export interface Upstream {
  /** In the list of all. */
  readonly place: number
  readonly transport: Transport
  /** For what does not fit into a datagram; the transport itself where everything fits. */
  readonly overflow: Transport
  readonly source: Source
  readonly overflowSource: Source
  /** Cleared when it turns out not to understand EDNS (RFC 6891 7). */
  edns: boolean
}

/** A persona that leaves nobody to ask, or names a resolver that cannot be found. */
export class NoResolver extends Schema.TaggedError<NoResolver>()("NoResolver", {
  /** The resolver that cannot be found, as its persona spells it; empty when there is none at all. */
  resolver: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return this.resolver === ""
      ? `nobody to ask: ${this.reason}`
      : `the resolver ${this.resolver} cannot be asked: ${this.reason}`
  }
}

/** What the resolvers of a stage have in common. */
export interface Common {
  readonly ids: Ids<Query>
  readonly receiver: Receiver
  readonly now: () => number
  readonly isGathering: () => boolean
  /** Sockets for each resolver that is asked by UDP. */
  readonly ports: number
  /** PEM certificates to trust instead of the system's. */
  readonly ca: string | undefined
}

/** Opens what is needed to ask a resolver; closed with the scope. */
export const open = Effect.fnUntraced(function* (spelling: string, place: number, common: Common) {
  const address = parse(spelling)
  if (address === undefined) return yield* new NoResolver({ resolver: spelling, reason: "it is spelled wrong" })
  switch (address.transport) {
    case "https":
      return upstream(place, spelling, yield* closing(Effect.sync(() => HttpsTransport.make(address, common))))
    case "tls":
    case "tcp":
      return upstream(place, spelling, yield* closing(Effect.sync(() => StreamTransport.make(address, common))))
    case "udp": {
      const { address: host, family } = yield* find(spelling, address.host)
      const { port } = address
      const udp = yield* closing(attempt(spelling, () => UdpTransport.make({ host, family, port }, common)))
      const tcp = yield* closing(Effect.sync(() => StreamTransport.make({ transport: "tcp", host, port }, common)))
      return upstream(place, spelling, udp, tcp)
    }
  }
})

/** Stands in for a resolver that cannot be reached while others can: every question fails at once. */
export const absent = (place: number, { reason, resolver }: NoResolver, { receiver }: Common): Upstream => {
  const transport: Transport = {
    name: "udp",
    send: (query) => {
      const lane: Lane = { forget: () => (query.lane = undefined) }
      query.lane = lane
      // Later, as everywhere: whoever sends is not called back in the middle of sending.
      setImmediate(() => {
        if (query.lane !== lane) return
        query.lane = undefined
        receiver.failed(query, "Transport", reason)
      })
    },
    close: () => {}
  }
  const source: Source = { resolver, transport: "" }
  return { place, transport, overflow: transport, source, overflowSource: source, edns: true }
}

const upstream = (place: number, resolver: string, transport: Transport, overflow = transport): Upstream => ({
  place,
  transport,
  overflow,
  source: { resolver, transport: transport.name },
  overflowSource: { resolver, transport: overflow.name },
  edns: true
})

const closing = <E>(make: Effect.Effect<Transport, E>) =>
  Effect.acquireRelease(make, (transport) => Effect.sync(() => transport.close()))

/** Datagrams need an address; streams look a name up by themselves. */
const find = (spelling: string, host: string) => {
  const family = isIP(host)
  return family === 0 ? attempt(spelling, () => lookup(host)) : Effect.succeed({ address: host, family })
}

const attempt = <A>(resolver: string, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new NoResolver({ resolver, reason: cause instanceof Error ? cause.message : String(cause) })
  })
