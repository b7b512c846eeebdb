import { once } from "node:events"
import { createServer as createHttp, type RequestListener } from "node:http"
import { createServer as createHttps } from "node:https"
import { createServer, type Server, type Socket } from "node:net"
import type { SecureContext } from "node:tls"
import type { Network } from "../Network.ts"
import * as Certificates from "./Certificates.ts"
import { refuse, send } from "./Send.ts"
import { type Site, siteOf } from "./Site.ts"

/** Connections and requests met. */
export interface WebCounts {
  readonly connections: { readonly plain: number; readonly secure: number }
  /** By kind of site: requests, and the TLS handshakes that were refused or left alone. */
  readonly sites: Readonly<Partial<Record<Site["kind"] | "unknown", number>>>
}

export interface WebServer {
  /** The certificate that clients must trust, in PEM. */
  readonly authority: string
  readonly counts: () => WebCounts
  readonly stop: () => Promise<void>
}

/** Serves every site of `network` on the addresses of its doors; fails when one of its ports is taken. */
export const start = async (network: Network): Promise<WebServer> => {
  const certificates = Certificates.make()
  const connections = { plain: 0, secure: 0 }
  const sites: Partial<Record<Site["kind"] | "unknown", number>> = {}
  const tell = (kind: Site["kind"] | "unknown") => {
    sites[kind] = (sites[kind] ?? 0) + 1
  }
  const sockets = new Sockets()

  const answer =
    (secure: boolean): RequestListener =>
    (request, response) => {
      const name = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase()
      const site = siteOf(network, name)
      tell(site?.kind ?? "unknown")
      const socket = sockets.under(request.socket)
      if (site === null) refuse(response)
      else if (opens(site, secure)) send(site.reply({ secure, path: request.url ?? "/" }), request, response, socket)
      else socket.resetAndDestroy()
    }

  const http = createHttp(options, answer(false))
  const secure = {
    ...options,
    ALPNProtocols: ["http/1.1"],
    // Called as a method of the socket whose handshake is under way; the types do not say so.
    SNICallback(this: Socket | undefined, host: string, done: (error: null, context: SecureContext) => void) {
      const name = host.toLowerCase()
      const site = siteOf(network, name)
      if (site?.kind === "silent") return tell(site.kind)
      if (site !== null && (site.kind === "resetting" || !opens(site, true))) {
        tell(site.kind)
        return void (this && sockets.under(this).resetAndDestroy())
      }
      done(null, certificates.contextFor(name, site?.certificate ?? "good"))
    }
  }
  const https = createHttps(secure, answer(true))

  const listeners: Array<Server> = []
  const stop = async () => {
    sockets.destroy()
    await Promise.all(listeners.map((server) => new Promise((done) => server.close(done))))
  }
  const listen = async (host: string, port: number, kind: "plain" | "secure") => {
    const server = createServer((socket) => {
      connections[kind]++
      sockets.add(socket)
      ;(kind === "secure" ? https : http).emit("connection", socket)
    })
    listeners.push(server)
    server.listen({ host, port, exclusive: true, backlog: 4_096 })
    await once(server, "listening")
  }
  try {
    for (const address of addresses(network, "secure")) await listen(address, network.ports.https, "secure")
    for (const address of addresses(network, "plain")) await listen(address, network.ports.http, "plain")
  } catch (error) {
    await stop()
    throw error
  }
  return {
    authority: certificates.authority,
    counts: () => ({ connections: { ...connections }, sites: { ...sites } }),
    stop
  }
}

/** A client that keeps a connection is done with it soon: each name is fetched once. */
const options = { keepAliveTimeout: 1_000 }

const opens = (site: Site, secure: boolean): boolean =>
  site.door === "both" || site.door === (secure ? "secure" : "plain")

/** Every address on which the port is open; where parts share an address, their names tell them apart. */
const addresses = (network: Network, port: "secure" | "plain"): ReadonlySet<string> =>
  new Set([
    network.doors.both,
    network.doors[port],
    network.asterisk,
    ...network.mirrors,
    ...(network.ipv6 === null ? [] : [network.ipv6])
  ])

/** The TCP sockets, findable from the TLS sockets on top of them: only the former can be reset. */
class Sockets {
  readonly #byEnds = new Map<string, Socket>()
  add(socket: Socket): void {
    const ends = endsOf(socket)
    this.#byEnds.set(ends, socket)
    socket.once("close", () => this.#byEnds.delete(ends))
    socket.on("error", () => socket.destroy())
  }
  under(socket: Socket): Socket {
    return this.#byEnds.get(endsOf(socket)) ?? socket
  }
  destroy(): void {
    for (const socket of this.#byEnds.values()) socket.destroy()
  }
}

const endsOf = (socket: Socket) => `${socket.localAddress} ${socket.localPort} ${socket.remotePort}`
