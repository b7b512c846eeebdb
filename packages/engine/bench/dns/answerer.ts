/**
 * Answers for the zone of the bench where nsd is not installed: every answer is the question with a few octets changed.
 * A process of its own, which ends with the one that started it.
 */
import { createSocket } from "node:dgram"
import * as net from "node:net"
import { Frames } from "../../src/dns/Frames.ts"
import { exists } from "./zone.ts"

const answer = (question: Uint8Array): Buffer => {
  const i = Number(Buffer.from(question.subarray(14, 20)).toString("latin1"))
  let end = 12
  while (question[end] !== 0) end += question[end]! + 1
  end += 5
  const isThere = exists(i)
  const hasAddress = isThere && question[end - 3] === 1
  const message = Buffer.alloc(end + (hasAddress ? 16 : 0))
  message.set(question.subarray(0, end))
  message[2] = 0x84
  message[3] = isThere ? 0 : 3
  message[7] = hasAddress ? 1 : 0
  message[11] = 0
  if (hasAddress) message.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 10, i >> 16, i >> 8, i], end)
  return message
}

const udp = createSocket({ type: "udp4", recvBufferSize: 4 * 1_024 * 1_024 })
udp.on("message", (question, { address, port }) => udp.send(answer(question), port, address))
const tcp = net.createServer((socket) => {
  const frames = new Frames()
  socket.setNoDelay(true)
  socket.on("error", () => {})
  socket.on("data", (chunk) => {
    const replies: Array<Buffer> = []
    frames.push(chunk, (octets, start, end) => {
      const message = answer(octets.subarray(start, end))
      replies.push(Buffer.from([message.length >> 8, message.length & 0xff]), message)
    })
    socket.write(Buffer.concat(replies))
  })
})
tcp.listen(0, "127.0.0.1", () => {
  // A server that listens on TCP has an address of this kind.
  const { port } = tcp.address() as net.AddressInfo
  udp.bind(port, "127.0.0.1", () => process.send?.(port))
})
process.on("disconnect", () => process.exit())
