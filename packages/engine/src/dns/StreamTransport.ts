import * as net from "node:net"
import * as tls from "node:tls"
import { Frames } from "./Frames.ts"
import type { Ids } from "./Ids.ts"
import type { Query } from "./Query.ts"
import type { Lane, Receiver, Transport } from "./Transport.ts"
import { gatherMillis } from "./Turn.ts"
import * as Wire from "./Wire.ts"

/** Connections to one resolver: more share its work better, but RFC 7766 6.2.2 asks for few. */
const maxConnections = 4
/** Questions that wait on each connection before another is opened. */
const deep = 64
/** Questions of one turn that go down one connection before another has its turn: long writes, and long reads after them. */
const runLength = 64
/** A connection without a question for this long is closed (RFC 7766 6.2.3: some seconds). */
const idleMillis = 10_000
/** Times a question is sent anew because the resolver closed the connection under it, before that is its fault. */
const maxResent = 2
const readBufferBytes = 65_536
/** Some three hundred questions: what a turn has more is written before its end. */
const writeBufferBytes = 16_384

export interface StreamAddress {
  readonly transport: "tcp" | "tls"
  readonly host: string
  readonly port: number
}

export interface StreamOptions {
  readonly ids: Ids<Query>
  readonly receiver: Receiver
  readonly now: () => number
  /** Whether answers come so thick that waiting a little for more of them holds nobody up. */
  readonly isGathering: () => boolean
  /** PEM certificates to trust instead of the system's. */
  readonly ca: string | undefined
}

/**
 * Sends questions down connections that stay open, without waiting for the answers in between (RFC 7766 6.2.1.1), in
 * the clear or by TLS (RFC 7858). Connections are opened when they are needed; the questions of one turn of the event
 * loop are one write or a few. Where answers come thick, reading pauses between two turns, so that they are one read too.
 */
export const make = (address: StreamAddress, options: StreamOptions): Transport => {
  const open = new Set<Connection>()
  let current: Connection | undefined

  const choose = (): Connection => {
    if (current?.isInRun !== true) current = next()
    return current
  }

  const next = (): Connection => {
    let best: Connection | undefined
    for (const connection of open) if (best === undefined || connection.waiting < best.waiting) best = connection
    if (best !== undefined && (best.waiting < deep || open.size >= maxConnections)) return best
    const fresh = new Connection(connect(address, options.ca), options, {
      retired: () => open.delete(fresh),
      again: (query) => choose().send(query)
    })
    open.add(fresh)
    return fresh
  }

  return {
    name: address.transport,
    send: (query) => choose().send(query),
    close: () => {
      for (const connection of [...open]) connection.close()
    }
  }
}

/** How a connection speaks to the transport it belongs to. */
interface Owner {
  /** It takes no question any more. */
  readonly retired: () => void
  /** A question whose connection was closed under it. */
  readonly again: (query: Query) => void
}

class Connection implements Lane {
  waiting = 0
  /** Questions of this turn, to be written at its end. */
  private unwritten = 0
  private octets = Buffer.allocUnsafe(writeBufferBytes)
  /** Of `octets`, how many are to be written. */
  private size = 0
  private established = false
  private retired = false
  private closed = false
  private heardAt = 0
  private code = "closed"
  private readonly frames = new Frames()
  private readonly socket: net.Socket
  private readonly ids: Ids<Query>
  private readonly receiver: Receiver
  private readonly now: () => number
  private readonly isGathering: () => boolean
  private readonly owner: Owner

  constructor(open: Connect, { ids, isGathering, now, receiver }: StreamOptions, owner: Owner) {
    this.ids = ids
    this.receiver = receiver
    this.now = now
    this.isGathering = isGathering
    this.owner = owner
    this.socket = open((chunk) => this.read(chunk))
    this.socket.setNoDelay(true)
    this.socket.setTimeout(idleMillis, () => {
      if (this.waiting === 0) this.close()
    })
    this.socket.on(this.socket instanceof tls.TLSSocket ? "secureConnect" : "connect", () => {
      this.established = true
    })
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.code = error.code ?? error.message
    })
    this.socket.on("close", () => this.gone())
  }

  /** Has begun a run of questions that the next one may join. */
  get isInRun(): boolean {
    return !this.retired && this.unwritten > 0 && this.unwritten < runLength
  }

  send(query: Query): void {
    this.waiting++
    query.lane = this
    this.ids.claim(query)
    if (this.unwritten++ === 0) process.nextTick(this.flush)
    const { question } = query
    if (this.size + 2 + question.length > this.octets.length) this.write()
    // A copy, for the query is rewritten when it is not waited for any more, sent or not.
    this.octets[this.size] = question.length >> 8
    this.octets[this.size + 1] = question.length & 0xff
    this.octets.set(question, this.size + 2)
    this.size += 2 + question.length
  }

  forget(query: Query, late: boolean): void {
    this.waiting--
    query.lane = undefined
    this.ids.release(query)
    // Nothing at all came since: the road may be gone without a word. Other questions take a new one.
    if (late && this.heardAt <= query.sentAt) this.retire()
    if (this.retired && this.waiting === 0) this.close()
  }

  close(): void {
    this.closed = true
    this.retire()
    this.socket.destroy()
  }

  private retire(): void {
    this.retired = true
    this.owner.retired()
  }

  private readonly flush = (): void => {
    this.unwritten = 0
    this.write()
  }

  private write(): void {
    this.socket.write(this.octets.subarray(0, this.size))
    this.size = 0
    // What the system has not taken at once is the socket's until it has.
    if (this.socket.writableLength > 0) this.octets = Buffer.allocUnsafe(writeBufferBytes)
  }

  /** Answers whether to go on reading. */
  private read(chunk: Uint8Array): boolean {
    this.heardAt = this.now()
    this.frames.push(chunk, this.hear)
    if (!this.isGathering()) return true
    setTimeout(this.resume, gatherMillis)
    return false
  }

  private readonly resume = (): void => {
    if (!this.closed) this.socket.resume()
  }

  private readonly hear = (packet: Uint8Array, start: number, end: number): void => {
    const query = end - start < 2 ? undefined : this.ids.at(Wire.uint16(packet, start))
    if (query === undefined || query.lane !== this) return
    if (Wire.relation(query.question, packet, start, end) === "foreign") {
      query.garbled = true
      return
    }
    this.forget(query, false)
    this.receiver.answered(query, packet, start, end)
  }

  private gone(): void {
    // Resolvers close connections as they please, and expect to be asked again (RFC 7766 6.2.4).
    const mayAskAgain = this.established && !this.closed
    this.retire()
    if (this.waiting === 0) return
    for (const query of this.ids) {
      if (query?.lane !== this) continue
      this.forget(query, false)
      if (mayAskAgain && query.resent < maxResent) {
        query.resent++
        this.owner.again(query)
      } else {
        this.receiver.failed(query, "Transport", this.code)
      }
    }
  }
}

type Connect = (read: (chunk: Uint8Array) => boolean) => net.Socket

const connect =
  ({ host, port, transport }: StreamAddress, ca: string | undefined): Connect =>
  (read) => {
    const onread = {
      // One buffer for all that is ever read: a chunk is done with when `read` returns.
      buffer: Buffer.allocUnsafe(readBufferBytes),
      callback: (size: number, buffer: Uint8Array) => read(size === buffer.length ? buffer : buffer.subarray(0, size))
    }
    // The types of node:tls leave out `onread`, which its documentation has: so it goes in by a variable.
    const options = { host, port, onread, ...(net.isIP(host) === 0 ? { servername: host } : {}) }
    if (transport === "tcp") return net.connect(options)
    return tls.connect(ca === undefined ? options : { ...options, ca })
  }
