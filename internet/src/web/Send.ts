import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { bomb, hugeHeaders } from "./Bodies.ts"
import { accepted, headerOf, wrap } from "./Encoding.ts"
import type { Reply, Shown } from "./Reply.ts"

/** Does to a client what `reply` says. */
export const send = (reply: Reply, request: IncomingMessage, response: ServerResponse, socket: Socket): void => {
  response.sendDate = false
  response.setHeader("date", fixedDate)
  response.setHeader("server", servers[(request.headers.host ?? "").length % servers.length]!)
  const html = { "content-type": "text/html; charset=utf-8" }
  switch (reply._tag) {
    case "Shown":
      return void show(reply, request, response)
    case "Redirect":
      return void response.writeHead(reply.status, { location: reply.location, ...html }).end("<h1>Moved</h1>")
    case "Bytes":
      if (reply.type !== null) response.setHeader("content-type", reply.type)
      return void response.writeHead(reply.status).end(reply.body)
    case "Silence":
      return
    case "Reset":
      return void socket.resetAndDestroy()
    case "CutOff":
      response.writeHead(200, { ...html, "content-length": 20_000 })
      // Once the first half has left, so that the client has an answer in hand when the connection breaks.
      return void response.write("<title>Half a page</title>".padEnd(8_000), () =>
        setTimeout(() => socket.resetAndDestroy(), 20)
      )
    case "Bomb":
      return void response.writeHead(200, { ...html, "content-encoding": "gzip" }).end(bomb())
    case "HugeHeaders":
      return void response.writeHead(200, { ...html, ...hugeHeaders() }).end("<title>Headers</title>")
    case "BadGzip":
      return void response.writeHead(200, { ...html, "content-encoding": "gzip" }).end("<title>This is no gzip</title>")
    case "NotHttp":
      return void request.socket.end("SSH-2.0-OpenSSH_9.7\r\n")
  }
}

/** For hosts that nobody has here. */
export const refuse = (response: ServerResponse): void => {
  response.sendDate = false
  response.writeHead(404, { date: fixedDate, "content-type": "text/plain" }).end("No such host\n")
}

/** Always the same moment: headers are stored, and a name has the same ones in every run. */
const fixedDate = "Thu, 01 Jan 2026 00:00:00 GMT"

const servers = [
  "nginx",
  "nginx/1.27.3",
  "Apache",
  "Apache/2.4.62 (Debian)",
  "LiteSpeed",
  "cloudflare",
  "Microsoft-IIS/10.0"
]

/** Between two pieces of a body that dribbles, in milliseconds. */
const pieceMillis = 30

const show = async (reply: Shown, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (reply.delayMillis > 0) await sleep(reply.delayMillis)
  const encoding = accepted(reply.encoding, request.headers["accept-encoding"])
  const body = wrap[encoding](reply.document.body())
  const coding = headerOf[encoding]
  if (coding !== null) response.setHeader("content-encoding", coding)
  response.setHeader("vary", "accept-encoding")
  response.setHeader("content-type", reply.document.type)
  if (reply.status === 401) response.setHeader("www-authenticate", 'Basic realm="members"')
  if (reply.status === 429 || reply.status === 503) response.setHeader("retry-after", "120")
  response.writeHead(reply.status, reply.pieces > 1 ? {} : { "content-length": body.length })
  const size = Math.ceil(body.length / reply.pieces)
  for (let piece = 1; piece < reply.pieces; piece++) {
    response.write(body.subarray((piece - 1) * size, piece * size))
    await sleep(pieceMillis)
  }
  response.end(body.subarray((reply.pieces - 1) * size))
}
