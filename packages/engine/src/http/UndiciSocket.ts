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
