import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { createServer as createTls, type TlsOptions } from "node:tls"
import { Effect, type Scope } from "effect"

export interface Running {
  readonly address: string
  /** What was asked for: `CONNECT 127.0.0.1:80`, `GET http://…`, `SOCKS 127.0.0.1:80`. */
  readonly asked: ReadonlyArray<string>
  readonly connections: () => number
  /** What is done from now on. */
  readonly become: (manner: Manner) => void
}

/** How a proxy behaves. */
export type Manner =
  | { readonly _tag: "Works"; readonly login?: string }
  /** HTTP: answers every CONNECT with this status. SOCKS: with this reply. */
  | { readonly _tag: "Refuses"; readonly code: number; readonly head?: string }
  /** Opens tunnels to no port, forwards plain requests. */
  | { readonly _tag: "Forwards"; readonly login?: string; readonly says?: string }
  | { readonly _tag: "Says"; readonly octets: string | Buffer }
  | { readonly _tag: "Hangs" }

const running = (
  speak: (socket: Socket, manner: () => Manner, asked: Array<string>) => void,
  first: Manner,
  tls?: TlsOptions
): Effect.Effect<Running, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      let manner = first
      let connections = 0
      const asked: Array<string> = []
      const sockets = new Set<Socket>()
      const on = (socket: Socket) => {
        connections++
        sockets.add(socket)
        socket.on("error", () => {})
        socket.once("close", () => sockets.delete(socket))
        if (manner._tag === "Says") socket.end(manner.octets)
        else if (manner._tag !== "Hangs") speak(socket, () => manner, asked)
      }
      const server = tls === undefined ? createServer(on) : createTls(tls, on)
      server.on("tlsClientError", () => {})
      server.listen({ host: "127.0.0.1", port: 0 })
      await once(server, "listening")
      const { address, port } = server.address() as AddressInfo
      return {
        address: `${address}:${port}`,
        asked,
        connections: () => connections,
        become: (next: Manner) => {
          manner = next
        },
        close: () => {
          for (const socket of sockets) socket.destroy()
          return new Promise<void>((done) => server.close(() => done()))
        }
      }
    }),
    ({ close }) => Effect.promise(close)
  )

const join = (one: Socket, host: string, port: number, ready: () => void, failed: () => void): void => {
  const other = connect({ host, port }, () => {
    other.off("error", failed).on("error", () => one.resetAndDestroy())
    ready()
    one.pipe(other)
    other.pipe(one)
  })
  other.on("error", failed)
  one.once("close", () => other.destroy())
  other.once("close", () => one.destroy())
}

export const http = (first: Manner = { _tag: "Works" }, tls?: TlsOptions) =>
  running(
    (socket, manner, asked) => {
      let head = ""
      const read = (chunk: Buffer) => {
        head += chunk.toString("latin1")
        if (!head.includes("\r\n\r\n")) return
        socket.off("data", read)
        const [line = ""] = head.split("\r\n")
        const [method = "", target = ""] = line.split(" ")
        asked.push(`${method} ${target}`)
        const now = manner()
        const login = "login" in now ? now.login : undefined
        if (login !== undefined && !head.includes(`\r\nProxy-Authorization: Basic ${btoa(login)}\r\n`))
          return socket.end("HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n")
        if (now._tag === "Refuses")
          return socket.end(`HTTP/1.1 ${now.code} No\r\n${now.head ?? ""}content-length: 0\r\n\r\n`)
        if (method === "CONNECT") {
          if (now._tag === "Forwards") return socket.end("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
          const [, host = "", port = ""] = /^\[?([^\]]+)\]?:(\d+)$/.exec(target) ?? []
          return join(
            socket,
            host,
            Number(port),
            () => socket.write("HTTP/1.1 200 Go on\r\nx: y\r\n\r\n"),
            () => socket.end("HTTP/1.1 502 No\r\n\r\n")
          )
        }
        if (now._tag === "Forwards" && now.says !== undefined) return socket.end(now.says)
        const url = new URL(target)
        const other = connect({ host: "127.0.0.1", port: Number(url.port) }, () => {
          other.write(head.replace(target, url.pathname), "latin1")
          other.pipe(socket)
        })
        other.on("error", () => socket.end("HTTP/1.1 502 No\r\nProxy-Status: p; error=connection_refused\r\n\r\n"))
      }
      socket.on("data", read)
    },
    first,
    tls
  )

export const socks = (first: Manner = { _tag: "Works" }) =>
  running((socket, manner, asked) => {
    let octets: Buffer = Buffer.alloc(0)
    let step = 0
    const read = (chunk: Buffer) => {
      octets = Buffer.concat([octets, chunk])
      const now = manner()
      const login = now._tag === "Works" ? now.login : undefined
      if (step === 0 && octets.length >= 2 + octets[1]!) {
        const methods = octets.subarray(2, 2 + octets[1]!)
        octets = octets.subarray(2 + octets[1]!)
        if (login !== undefined && !methods.includes(2)) return socket.end(Buffer.of(5, 255))
        step = login === undefined ? 2 : 1
        socket.write(Buffer.of(5, login === undefined ? 0 : 2))
      }
      if (step === 1 && octets.length > 2) {
        const username = octets.subarray(2, 2 + octets[1]!).toString()
        const from = 2 + octets[1]!
        const password = octets.subarray(from + 1, from + 1 + octets[from]!).toString()
        octets = Buffer.alloc(0)
        if (`${username}:${password}` !== login) return socket.end(Buffer.of(1, 1))
        step = 2
        socket.write(Buffer.of(1, 0))
      }
      if (step === 2 && octets.length >= 10) {
        socket.off("data", read)
        const size = octets[3] === 1 ? 4 : 16
        const address = octets.subarray(4, 4 + size)
        const host = size === 4 ? address.join(".") : (address.toString("hex").match(/..../g) ?? []).join(":")
        const port = octets.readUInt16BE(4 + size)
        asked.push(`SOCKS ${host}:${port}`)
        const reply = (code: number) => Buffer.of(5, code, 0, 1, 127, 0, 0, 1, 0, 0)
        if (now._tag === "Refuses") return socket.end(reply(now.code))
        join(
          socket,
          host,
          port,
          () => socket.write(reply(0)),
          () => socket.end(reply(5))
        )
      }
    }
    socket.on("data", read)
  }, first)
