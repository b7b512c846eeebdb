import { type Dispatcher, Pool } from "undici"
import type { Query } from "./Query.ts"
import type { Lane, Receiver, Transport } from "./Transport.ts"
import * as Wire from "./Wire.ts"

/** HTTP/2 carries a hundred questions on each; one that only speaks HTTP/1.1 has no more than these at work. */
const maxConnections = 8
const maxMessageBytes = 65_535
const mediaType = "application/dns-message"
const notWaited = new Error("the answer is not waited for any more")
const headers = { accept: mediaType, "content-type": mediaType }

/** Posts every question (RFC 8484 4.1), by HTTP/2 where the resolver speaks it, under the id 0 so that caches may help. */
export const make = (
  { url }: { readonly url: string },
  { ca, receiver }: { readonly receiver: Receiver; readonly ca: string | undefined }
): Transport => {
  const { origin, pathname, search } = new URL(url)
  // Nobody waits for a question longer than its own time, so that undici's times are left out.
  const pool = new Pool(origin, {
    connections: maxConnections,
    allowH2: true,
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(ca === undefined ? {} : { connect: { ca } })
  })
  const path = pathname + search
  return {
    name: "https",
    send: (query) => {
      query.setId(0)
      const exchange = new Exchange(query, receiver)
      query.lane = exchange
      // A copy, for the query is rewritten when it is not waited for any more, sent or not.
      pool.dispatch({ method: "POST", path, headers, body: Buffer.from(query.question) }, exchange)
    },
    close: () => {
      pool.destroy().catch(() => {})
    }
  }
}

/** One question and what the server makes of it. */
class Exchange implements Lane, Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined
  private over = false
  private status = 0
  private isMessage = false
  private readonly chunks: Array<Buffer> = []
  private size = 0
  private readonly query: Query
  private readonly receiver: Receiver

  constructor(query: Query, receiver: Receiver) {
    this.query = query
    this.receiver = receiver
  }

  forget(): void {
    this.over = true
    this.query.lane = undefined
    this.controller?.abort(notWaited)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.over) controller.abort(notWaited)
  }

  onResponseStart(_: unknown, status: number, headers: { readonly "content-type"?: string | string[] }): void {
    this.status = status
    this.isMessage = String(headers["content-type"]).toLowerCase().startsWith(mediaType)
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.over) return
    this.size += chunk.length
    if (this.size <= maxMessageBytes) this.chunks.push(chunk)
    else this.fail("Malformed", "longer than any message")
  }

  onResponseEnd() {
    if (this.over) return
    if (this.status !== 200) return this.fail("HttpStatus", String(this.status))
    if (!this.isMessage) return this.fail("Malformed", `no ${mediaType}`)
    const packet = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
    const { query } = this
    if (packet.length < 2 || Wire.uint16(packet, 0) !== 0) return this.fail("Malformed", "another id")
    if (Wire.relation(query.question, packet, 0, packet.length) === "foreign") {
      return this.fail("Malformed", "another question")
    }
    this.over = true
    query.lane = undefined
    this.receiver.answered(query, packet, 0, packet.length)
  }

  onResponseError(_: unknown, error: NodeJS.ErrnoException): void {
    if (!this.over) this.fail("Transport", error.code ?? error.message)
  }

  private fail(fault: "Transport" | "HttpStatus" | "Malformed", detail: string): void {
    this.forget()
    this.receiver.failed(this.query, fault, detail)
  }
}
