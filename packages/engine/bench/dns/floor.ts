/**
 * What the machine itself takes for a question: Node's sockets and nothing around them. No ids, names, times or
 * verdicts; every place of the window sends the one question it was made with, again and again.
 *
 * What profiles of the stage beside it say: of a question by UDP, sending (one system call) and receiving take two thirds; the
 * rest is spread over dozens of lines of a few per cent each, with no garbage to speak of. Sending runs of 32 by one socket
 * instead of taking turns with every question showed no difference.
 */
import { createSocket } from "node:dgram"
import * as net from "node:net"
import { Frames } from "../../src/dns/Frames.ts"
import * as Wire from "../../src/dns/Wire.ts"
import type { Client } from "./Client.ts"
import { existing, questions } from "./zone.ts"

const sockets = 4

/** Answers are answered with the next question at the end of a turn: as a loop that waits for nothing else would. */
export const udp =
  (port: number, window: number): Client =>
  async () => {
    const asked = windowOf(window)
    const open = await Promise.all(
      Array.from({ length: sockets }, async () => {
        const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1_024 * 1_024 })
        await new Promise<void>((done) => socket.connect(port, "127.0.0.1", done))
        return socket
      })
    )
    const run = exchange(window, (places) => {
      for (const place of places) open[place % sockets]!.send(asked[place]!)
    })
    for (const socket of open) socket.on("message", (packet) => run.hear(Wire.uint16(packet, 0)))
    await run.done
    for (const socket of open) socket.close()
    return existing
  }

/** One write a connection and turn, one buffer for all that is read. */
export const tcp =
  (port: number, window: number): Client =>
  async () => {
    const asked = windowOf(window)
    const open: Array<net.Socket> = []
    const run = exchange(window, (places) => {
      for (const [at, socket] of open.entries()) {
        const own = places.filter((place) => place % sockets === at)
        const framed = own.flatMap((place) => [Buffer.from([0, asked[place]!.length]), asked[place]!])
        if (framed.length > 0) socket.write(Buffer.concat(framed))
      }
    })
    const connect = () => {
      const frames = new Frames()
      const hear = (packet: Uint8Array, start: number) => run.hear(Wire.uint16(packet, start))
      const buffer = Buffer.allocUnsafe(65_536)
      const callback = (size: number, chunk: Uint8Array) => {
        frames.push(chunk.subarray(0, size), hear)
        return true
      }
      const socket = net.connect({ host: "127.0.0.1", port, onread: { buffer, callback } }).setNoDelay(true)
      return new Promise<net.Socket>((done) => socket.once("connect", () => done(socket)))
    }
    open.push(...(await Promise.all(Array.from({ length: sockets }, connect))))
    await run.done
    for (const socket of open) socket.destroy()
    return existing
  }

const windowOf = (window: number): ReadonlyArray<Buffer> =>
  Array.from({ length: window }, (_, place) => {
    const octets = Buffer.alloc(Wire.maxQuestionSize)
    const size = Wire.writeQuestion(octets, questions[place]!.name, Wire.recordType.A, true)
    octets.writeUInt16BE(place, 0)
    return octets.subarray(0, size)
  })

/** How long nothing may come before what is on its way counts as lost. */
const silenceMillis = 250

/** Sends until as many questions were answered as the others ask. */
const exchange = (window: number, send: (places: ReadonlyArray<number>) => void) => {
  let missing = questions.length
  let places = Array.from({ length: window }, (_, place) => place)
  const isOut = new Uint8Array(window)
  let finish = () => {}
  const done = new Promise<void>((resolve) => (finish = resolve))
  const flush = () => {
    const now = places
    places = []
    for (const place of now) isOut[place] = 1
    send(now)
  }
  setImmediate(flush)
  let before = missing
  const guard = setInterval(() => {
    if (missing === before) send([...isOut.keys()].filter((place) => isOut[place] === 1))
    before = missing
  }, silenceMillis)
  const hear = (place: number) => {
    if (isOut[place] === 0) return
    isOut[place] = 0
    if (--missing === 0) {
      clearInterval(guard)
      finish()
    }
    if (missing >= window && places.push(place) === 1) setImmediate(flush)
  }
  return { done, hear }
}
