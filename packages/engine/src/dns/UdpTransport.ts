import * as dgram from "node:dgram"
import type { Ids } from "./Ids.ts"
import type { Query } from "./Query.ts"
import type { Lane, Receiver, Transport } from "./Transport.ts"
import * as Wire from "./Wire.ts"

/** Questions sent from one port before another is drawn (RFC 5452 9.2); high enough that sockets cost nothing. */
const questionsPerPort = 32_768
/** The system grants less where it is told to; answers that do not fit are lost, and asked for again. */
const receiveBufferBytes = 4 * 1_024 * 1_024

export interface UdpAddress {
  readonly host: string
  /** 4 or 6, as `node:net` and `node:dns` tell it. */
  readonly family: number
  readonly port: number
}

/**
 * Sends every question as one datagram, by `ports` connected sockets in turn: the system drops what comes from any
 * other address, and a packet costs no address object. Rejects when the address cannot be reached at all.
 */
export const make = async (
  address: UdpAddress,
  { ids, ports, receiver }: { readonly ids: Ids<Query>; readonly receiver: Receiver; readonly ports: number }
): Promise<Transport> => {
  const open = () => Port.open(address, ids, receiver)
  const lanes = await Promise.all(Array.from({ length: ports }, open))
  let turn = 0
  let closed = false

  const renew = (place: number, old: Port) => {
    // Without a fresh port the old one goes on: that is worse than two, and better than none.
    open().then(
      (fresh) => {
        if (closed) return fresh.close()
        lanes[place] = fresh
        old.retire()
      },
      () => (old.left = questionsPerPort)
    )
  }

  return {
    name: "udp",
    send: (query) => {
      turn = (turn + 1) % lanes.length
      const lane = lanes[turn]!
      lane.send(query)
      if (lane.left === 0) renew(turn, lane)
    },
    close: () => {
      closed = true
      for (const lane of lanes) lane.close()
    }
  }
}

/** One socket, its port drawn at random by the system. */
class Port implements Lane {
  /** Questions until another port takes over. */
  left = questionsPerPort
  private waiting = 0
  private retired = false
  private closed = false
  private readonly socket: dgram.Socket
  private readonly ids: Ids<Query>
  private readonly receiver: Receiver

  static open({ family, host, port }: UdpAddress, ids: Ids<Query>, receiver: Receiver): Promise<Port> {
    const type = family === 6 ? "udp6" : "udp4"
    const socket = dgram.createSocket({ type, recvBufferSize: receiveBufferBytes })
    const self = new Port(socket, ids, receiver)
    return new Promise((resolve, reject) => {
      // The types leave out that a failure comes by the same way: the callback's one argument is then an error.
      const done = (error?: Error) => {
        if (error === undefined) return resolve(self)
        self.close()
        reject(error)
      }
      socket.connect(port, host, done)
    })
  }

  private constructor(socket: dgram.Socket, ids: Ids<Query>, receiver: Receiver) {
    this.socket = socket
    this.ids = ids
    this.receiver = receiver
    socket.on("message", (packet) => this.hear(packet))
    socket.on("error", (error: NodeJS.ErrnoException) => this.fail(error.code ?? error.message))
  }

  send(query: Query): void {
    this.left--
    this.waiting++
    query.lane = this
    this.ids.claim(query)
    this.socket.send(query.question)
  }

  forget(query: Query): void {
    this.waiting--
    query.lane = undefined
    this.ids.release(query)
    if (this.retired && this.waiting === 0) this.close()
  }

  /** Closes when the last answer has come or is not waited for any more. */
  retire(): void {
    this.retired = true
    if (this.waiting === 0) this.close()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.socket.close()
  }

  private hear(packet: Uint8Array): void {
    if (packet.length < 2) return
    const query = this.ids.at(Wire.uint16(packet, 0))
    if (query === undefined || query.lane !== this) return
    // What is not the answer is passed over, for whoever forges one gets as many guesses as he likes otherwise; only
    // the silence that follows is told apart from plain silence.
    switch (Wire.relation(query.question, packet, 0, packet.length)) {
      case "foreign":
        query.garbled = true
        return
      case "blank":
      case "answer":
        this.forget(query)
        this.receiver.answered(query, packet, 0, packet.length)
    }
  }

  /** The system reports for the socket, not for one question: the address refuses all of them. */
  private fail(code: string): void {
    for (const query of this.ids) {
      if (query?.lane === this) {
        this.forget(query)
        this.receiver.failed(query, "Transport", code)
      }
    }
  }
}
