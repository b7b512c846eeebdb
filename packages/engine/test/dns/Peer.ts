import { createSocket, type RemoteInfo } from "node:dgram"
import { once } from "node:events"
import * as net from "node:net"
import * as dnsPacket from "dns-packet"
import { Effect } from "effect"

/** A question as it reached a peer. */
export interface Asked {
  readonly name: string
  readonly type: string
  readonly transport: "udp" | "tcp" | "tls" | "https"
  readonly packet: dnsPacket.Packet
  /** The message as it came. */
  readonly octets: Buffer
  /** Questions before it, at this peer. */
  readonly count: number
  /** Where a datagram came from. */
  readonly from?: RemoteInfo
}

/** What to send back: octets as they are, several messages, or nothing at all. */
export type Reply = Buffer | ReadonlyArray<Buffer> | undefined
export type Answering = (asked: Asked) => Reply | Promise<Reply>

export interface Peer {
  readonly port: number
  /** `127.0.0.1:port`. */
  readonly resolver: string
  readonly asked: Array<Asked>
}

/** A server on loopback, UDP and TCP on one port, that answers by `dns-packet`: a codec that knows nothing of ours. */
export const make = (answering: Answering) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const asked: Array<Asked> = []
      const hear = (octets: Buffer, transport: Asked["transport"], from?: RemoteInfo) =>
        listen(octets, transport, asked, answering, from)
      const tcp = net.createServer((socket) => serveStream(socket, (octets) => hear(octets, "tcp")))
      tcp.listen(0, "127.0.0.1")
      await once(tcp, "listening")
      // A server that listens on TCP has an address of this kind.
      const { port } = tcp.address() as net.AddressInfo
      const udp = createSocket({ type: "udp4", recvBufferSize: 4 * 1_024 * 1_024 })
      udp.on("message", async (octets, from: RemoteInfo) => {
        for (const reply of await hear(octets, "udp", from)) udp.send(reply, from.port, from.address)
      })
      // Another process may hold the UDP port of that number: rare, and then the test says so.
      udp.bind(port, "127.0.0.1")
      await once(udp, "listening")
      return { peer: { port, resolver: `127.0.0.1:${port}`, asked } satisfies Peer, tcp, udp }
    }),
    ({ tcp, udp }) =>
      Effect.sync(() => {
        udp.close()
        tcp.close()
      })
  ).pipe(Effect.map(({ peer }) => peer))

/** Cuts a stream into messages and answers each, as soon as there is an answer. */
export const serveStream = (socket: net.Socket, hear: (octets: Buffer) => Promise<ReadonlyArray<Buffer>>): void => {
  let begun = Buffer.alloc(0)
  const answer = async (octets: Buffer) => {
    for (const reply of await hear(octets)) if (!socket.destroyed) socket.write(framed(reply))
  }
  socket.on("error", () => {})
  socket.on("data", (chunk) => {
    begun = Buffer.concat([begun, chunk])
    while (begun.length >= 2 && begun.length >= 2 + begun.readUInt16BE(0)) {
      const octets = begun.subarray(2, 2 + begun.readUInt16BE(0))
      begun = begun.subarray(2 + octets.length)
      answer(octets)
    }
  })
}

export const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Writes down what was asked and gives what the test answers. */
export const listen = async (
  octets: Buffer,
  transport: Asked["transport"],
  log: Array<Asked>,
  answering: Answering,
  from?: RemoteInfo
): Promise<ReadonlyArray<Buffer>> => {
  const packet = dnsPacket.decode(octets)
  const [question] = packet.questions ?? []
  const asked: Asked = {
    name: question?.name ?? "",
    type: question?.type ?? "",
    transport,
    packet,
    octets: Buffer.from(octets),
    count: log.length,
    ...(from === undefined ? {} : { from })
  }
  log.push(asked)
  const reply = await answering(asked)
  return reply === undefined ? [] : Buffer.isBuffer(reply) ? [reply] : reply
}

export const flag = {
  authoritative: dnsPacket.AUTHORITATIVE_ANSWER,
  truncated: dnsPacket.TRUNCATED_RESPONSE,
  recursive: dnsPacket.RECURSION_AVAILABLE
}

/** A message in answer to a question, by a server that resolves for others unless `flags` say something else. */
export const answer = (
  { packet }: Asked,
  answers: ReadonlyArray<dnsPacket.Answer>,
  { rcode = 0, flags = flag.recursive, ...more }: Partial<dnsPacket.Packet> & { readonly rcode?: number } = {}
): Buffer =>
  dnsPacket.encode({
    type: "response",
    id: packet.id ?? 0,
    flags: flags | rcode,
    questions: packet.questions ?? [],
    answers: [...answers],
    ...more
  })

export const a = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: "A", name, data, ttl })
export const aaaa = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: "AAAA", name, data, ttl })
export const cname = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: "CNAME", name, data, ttl })

/** The record of EDNS, with the upper bits of a code. */
export const edns = (extendedRcode: number): dnsPacket.Answer => ({
  type: "OPT",
  name: ".",
  udpPayloadSize: 1_232,
  extendedRcode,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: []
})

export const rcode = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 }

/** The records of the asked type among those of the asked name; NXDOMAIN when the zone has none of the name. */
export const zone =
  (records: ReadonlyArray<dnsPacket.Answer>): Answering =>
  (asked) => {
    const own = records.filter(({ name }) => name === asked.name)
    if (own.length === 0) return answer(asked, [], { rcode: rcode.nxDomain })
    return answer(
      asked,
      own.filter(({ type }) => type === asked.type)
    )
  }
