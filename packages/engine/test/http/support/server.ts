import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { createServer as createTls, type TlsOptions } from "node:tls"
import { Effect, type Scope } from "effect"

/** One request as it came. */
export interface Asked {
  readonly path: string
  readonly host: string
  /** The header lines, in their order and case. */
  readonly lines: ReadonlyArray<string>
  readonly header: (name: string) => string | undefined
  readonly socket: Socket
}

/** Octets to send before the connection ends, or whatever the socket is to go through. */
export type Reply = string | Buffer | ((socket: Socket) => void)

export interface Served {
  readonly address: string
  readonly port: number
  readonly asked: ReadonlyArray<Asked>
  /** Connections made so far, and those that are open now. */
  readonly connections: () => { readonly made: number; readonly open: number }
}

export interface Where {
  readonly address?: string
  readonly port?: number
  readonly tls?: TlsOptions
  /** Instead of reading requests. */
  readonly onConnect?: (socket: Socket) => void
}

// Servers that need a certain port have an address of their own: suites run at the same time.
let addresses = 0
export const ownAddress = (): string =>
  `127.72.${(process.pid >> 4) & 255}.${((process.pid & 15) << 4) + (++addresses % 15) + 1}`

/** A server that reads request heads and says exactly what it is told to, until the scope ends. */
export const serve = (
  reply: (asked: Asked) => Reply,
  { port = 0, tls, onConnect, address = port === 0 ? "127.0.0.1" : ownAddress() }: Where = {}
): Effect.Effect<Served, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const asked: Array<Asked> = []
      const sockets = new Set<Socket>()
      let made = 0
      const on = (socket: Socket) => {
        let head = ""
        socket.on("error", () => {})
        socket.on("data", (chunk: Buffer) => {
          head += chunk.toString("latin1")
          if (!head.includes("\r\n\r\n")) return
          const request = parsed(head, socket)
          head = ""
          asked.push(request)
          const say = reply(request)
          if (typeof say === "function") say(socket)
          else socket.end(say)
        })
      }
      const server = tls === undefined ? createServer(onConnect ?? on) : createTls(tls, on)
      server.on("connection", (socket: Socket) => {
        made++
        sockets.add(socket)
        socket.on("error", () => {})
        socket.once("close", () => sockets.delete(socket))
      })
      server.on("tlsClientError", () => {})
      server.listen({ host: address, port, exclusive: true })
      await once(server, "listening")
      return {
        address,
        port: (server.address() as AddressInfo).port,
        asked,
        connections: () => ({ made, open: sockets.size }),
        close: () => {
          for (const socket of sockets) socket.destroy()
          return new Promise<void>((done) => server.close(() => done()))
        }
      }
    }),
    ({ close }) => Effect.promise(close)
  )

const parsed = (head: string, socket: Socket): Asked => {
  const [request = "", ...lines] = head.slice(0, head.indexOf("\r\n\r\n")).split("\r\n")
  const header = (name: string) =>
    lines.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.replace(/^[^:]*: */, "")
  return { path: request.split(" ")[1] ?? "", host: header("host") ?? "", lines, header, socket }
}

/** A whole answer that says how long it is; `headers` beat what it says by itself. */
export const answer = (
  status: number,
  body: string | Buffer = "",
  headers: Readonly<Record<string, string | ReadonlyArray<string>>> = {}
): Buffer => {
  const octets = Buffer.from(body as string) // either overload does
  const lines = Object.entries({
    "content-type": "text/html; charset=utf-8",
    "content-length": String(octets.length),
    ...headers
  }).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
  const head = [`HTTP/1.1 ${status} Whatever`, ...lines, "", ""].join("\r\n")
  return Buffer.concat([Buffer.from(head, "latin1"), octets])
}

export const page = (text: string, title = "A title"): string =>
  `<!doctype html><html><head><title>${title}</title></head><body><p>${text}</p></body></html>`
