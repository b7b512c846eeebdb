/**
 * One page of 48 kB for every name, plain and by TLS: a process of its own that costs as little as it can, so that
 * the clients are what is measured. Ends with its parent.
 */
import { once } from "node:events"
import { createServer, type Server, type Socket } from "node:net"
import { createServer as createTls } from "node:tls"
import { make } from "@domainflow/internet/web/Certificates"
import { ports } from "./ports.ts"

export interface Ready {
  readonly address: string
  readonly ca: string
}

const page = (bytes: number): string => {
  const head = "<!doctype html><html><head><meta charset=utf-8><title>A shop of many things</title></head><body>"
  const line =
    '<p class="offer">Fine <b>goods</b> of every kind, <a href="/buy">sent by post</a> within two days.</p>\n'
  const foot = "</body></html>"
  return (head + line.repeat(bytes / line.length)).slice(0, bytes - foot.length) + foot
}

const body = page(48_000)
const response = (connection: string): Buffer =>
  Buffer.from(
    [
      "HTTP/1.1 200 OK",
      "server: nginx",
      "date: Thu, 01 Jan 2026 00:00:00 GMT",
      "content-type: text/html; charset=utf-8",
      `content-length: ${body.length}`,
      "cache-control: max-age=600",
      "x-frame-options: SAMEORIGIN",
      "vary: accept-encoding",
      `connection: ${connection}`,
      "",
      body
    ].join("\r\n")
  )
const closing = response("close")
const keeping = response("keep-alive")

const serve = (socket: Socket): void => {
  let asked = ""
  socket.on("error", () => {})
  socket.on("data", (chunk: Buffer) => {
    asked += chunk.toString("latin1")
    if (!asked.endsWith("\r\n\r\n")) return
    if (/^connection: close/im.test(asked)) socket.end(closing)
    else socket.write(keeping)
    asked = ""
  })
}

/** A loopback address of its own: another bench, or an internet, may hold the ports of the usual ones. */
const address = `127.71.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen({ host: address, port, backlog: 4_096 })
  await once(server, "listening")
}

process.on("disconnect", () => process.exit())
const certificates = make()
const context = certificates.contextFor("*.shop.test", "good")
await listen(createServer({ noDelay: true }, serve), ports.plain)
await listen(createTls({ noDelay: true, SNICallback: (_, done) => done(null, context) }, serve), ports.secure)
process.send?.({ address, ca: certificates.authority } satisfies Ready)
