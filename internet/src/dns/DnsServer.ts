import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { createServer, type Server, type Socket as Stream } from "node:net"
import type { Network } from "../Network.ts"
import { type Reply, respond, type Transport } from "./Codec.ts"
import * as Wire from "./Wire.ts"

/** Questions answered (or met with silence), by transport and by the kind of name. */
export interface DnsCounts {
  readonly udp: number
  readonly tcp: number
  readonly kinds: Readonly<Partial<Record<Reply["kind"], number>>>
}

export interface DnsServer {
  readonly port: number
  readonly counts: () => DnsCounts
  readonly stop: () => Promise<void>
}

/** Answers for every name, by UDP and TCP on one port of `network.resolver`; fails when either is taken. */
export const start = async (network: Network): Promise<DnsServer> => {
  const counts = { udp: 0, tcp: 0, kinds: {} as Partial<Record<Reply["kind"], number>> }
  const told = (kind: Reply["kind"]) => {
    counts.kinds[kind] = (counts.kinds[kind] ?? 0) + 1
  }
  const wire = Wire.make(network)
  const slow = (query: Buffer, transport: Transport) => {
    const reply = respond(network, query, transport)
    told(reply.kind)
    return reply.messages
  }

  const { address } = network.resolver
  const streams = new Set<Stream>()
  const tcp = await listenTcp(network.resolver, (query) => {
    counts.tcp++
    const out = Buffer.allocUnsafe(replyLength)
    const length = wire(query, query.length, out, told)
    return length === Wire.uncommon ? slow(query, "tcp") : length === 0 ? [] : [out.subarray(0, length)]
  })
  tcp.on("connection", (stream) => {
    streams.add(stream)
    stream.once("close", () => streams.delete(stream))
  })
  const { port } = tcp.address() as { port: number } // it listens on an address, not on a pipe
  const sockets: Array<Socket> = []
  const stop = async () => {
    for (const socket of sockets) socket.close()
    for (const stream of streams) stream.destroy()
    await close(tcp)
  }
  try {
    while (sockets.length < udpSockets) sockets.push(await bindUdp(address, port))
  } catch (error) {
    await stop()
    throw error
  }
  const ring = new Ring()
  for (const socket of sockets)
    socket.on("message", (query, from) => {
      counts.udp++
      const out = ring.next()
      const length = wire(query, query.length, out, told)
      if (length > 0) socket.send(out, 0, length, from.port, from.address)
      else if (length === Wire.uncommon)
        for (const message of slow(query, "udp")) socket.send(message, from.port, from.address)
    })
  return {
    port,
    counts: () => ({ ...counts, kinds: { ...counts.kinds } }),
    stop
  }
}

/** Octets; what `Wire` writes is a question of at most 255 octets and less than 120 behind it. */
const replyLength = 512

/**
 * Buffers in turn. The kernel takes a datagram at once unless its queue is full, and then Node keeps the buffer until
 * there is room; by the time a buffer comes round again, thousands of answers later, it is long free.
 */
class Ring {
  readonly #slots = Array.from({ length: 4_096 }, () => Buffer.allocUnsafeSlow(replyLength))
  #turn = 0
  next(): Buffer {
    this.#turn = (this.#turn + 1) % this.#slots.length
    return this.#slots[this.#turn]!
  }
}

/**
 * Sockets that share the port. Most kernels cap the buffer of one at some 500 questions, which a client with a few
 * thousand in flight overruns while a page is being compressed; Linux spreads its sockets over ours.
 */
const udpSockets = process.platform === "linux" ? 4 : 1

/** Both ways take bursts: a bench keeps 10,000 questions in flight (octets, as the kernel allows). */
const kernelBuffer = 8 * 1024 * 1024

const bindUdp = async (address: string, port: number): Promise<Socket> => {
  const socket = createSocket({
    type: "udp4",
    reusePort: udpSockets > 1,
    recvBufferSize: kernelBuffer,
    sendBufferSize: kernelBuffer,
    // Answers go to the address they came from; asking the system resolver about it each time costs more than the answer.
    lookup: (host, _options, done) => done(null, host, 4)
  })
  const listening = once(socket, "listening")
  socket.bind({ address, port })
  await listening
  // A client that closed its port before the answer is no concern of ours.
  socket.on("error", () => {})
  return socket
}

/** Messages with two octets of length in front (RFC 1035 4.2.2), many to a connection (RFC 7766 6.2.1.1). */
const listenTcp = async (
  { address, port }: Network["resolver"],
  ask: (query: Buffer) => ReadonlyArray<Uint8Array>
): Promise<Server> => {
  const server = createServer((stream) => {
    let rest: Buffer = Buffer.alloc(0)
    stream.setNoDelay(true)
    stream.on("error", () => stream.destroy())
    stream.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let offset = 0
      const replies: Array<Uint8Array> = []
      while (rest.length - offset >= 2) {
        const length = rest.readUInt16BE(offset)
        if (rest.length - offset - 2 < length) break
        for (const message of ask(rest.subarray(offset + 2, offset + 2 + length)))
          replies.push(Uint8Array.of(message.length >>> 8, message.length & 255), message)
        offset += 2 + length
      }
      rest = rest.subarray(offset)
      if (replies.length > 0) stream.write(Buffer.concat(replies))
    })
  })
  server.listen({ host: address, port, exclusive: true, backlog: 1_024 })
  await once(server, "listening")
  server.on("error", () => {})
  return server
}

const close = (server: Server) => new Promise<void>((done) => server.close(() => done()))
