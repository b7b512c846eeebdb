/** What is done to a socket before undici gets it. Pinned versions and the tests of the HTTP stage keep this honest. */
import type { Socket } from "node:net"

/**
 * undici ends every connection with an Error or two, made deep in its parser and never read. Their stacks, found through
 * WebAssembly, were a quarter of a fetch; what happens in the socket's events is done without them.
 */
export const withoutStacks = (socket: Socket): void => {
  const emit = socket.emit
  socket.emit = function (this: Socket, ...event: Parameters<typeof emit>) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    try {
      return emit.apply(this, event)
    } finally {
      Error.stackTraceLimit = limit
    }
  } as typeof emit // the overloads of `emit` have no common spelling
}

/** Changes what is written first: undici has an opinion on where Host and Connection stand, personas may have another. */
export const rearrangeFirst = (socket: Socket, rearrange: (head: string) => string): void => {
  const write = socket.write
  socket.write = ((head: string, encoding: BufferEncoding) => {
    socket.write = write
    return write.call(socket, rearrange(head), encoding)
  }) as typeof write // undici writes the head of a GET as one string
}

/**
 * Passes over any `100 Continue` before the answer. Nothing here asks for one, yet it has to be read where it comes
 * (RFC 9110 15.2), and undici breaks off at the first.
 */
export const withoutContinue = (socket: Socket): void => {
  const read = socket.read
  let held: Buffer = empty
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read.call(socket, size)
    if (chunk === null) return null
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (let end = endOfContinue(held); end !== null; end = endOfContinue(held)) held = held.subarray(end)
    if (held.length === 0 || (isContinue(held) && held.length < longestContinue)) return null
    socket.read = read
    return held
  }
}

/** Where the `100 Continue` ends that stands there whole; null for anything else. */
const endOfContinue = (octets: Buffer): number | null => {
  const end = isContinue(octets) ? octets.indexOf("\r\n\r\n") : -1
  return end < 0 ? null : end + 4
}

/** Whether one stands there, or may once more has come. */
const isContinue = (octets: Buffer): boolean =>
  octets.length > 0 && continues.some((line) => line.startsWith(octets.toString("latin1", 0, line.length)))

const continues = ["HTTP/1.1 100", "HTTP/1.0 100"]
/** Octets after which what says that it is one is left to the parser, which has limits of its own. */
const longestContinue = 4_096
const empty = Buffer.alloc(0)
