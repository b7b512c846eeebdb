import type { Socket } from "node:net"
import { Effect } from "effect"

/** The other side broke off, or said something that is no answer. In words. */
export interface Breakdown {
  readonly _tag: "Breakdown"
  readonly reason: string
}

export const breakdown = (reason: string): Breakdown => ({ _tag: "Breakdown", reason })

/**
 * Says something on a connection and waits for the whole of the answer. `parse` gets all octets that came so far: null
 * asks for more; what it leaves over stays in the socket for whoever reads next.
 */
export const converse = <A>(
  socket: Socket,
  say: Buffer,
  parse: (octets: Buffer) => Heard<A> | Breakdown | null
): Effect.Effect<A, Breakdown> =>
  Effect.callback((resume) => {
    let octets: Buffer = Buffer.alloc(0)
    const finish = (result: Effect.Effect<A, Breakdown>) => {
      socket.off("readable", read).off("end", ended).off("close", ended).off("error", failed)
      resume(result)
    }
    const ended = () => finish(Effect.fail(breakdown("closed the connection")))
    const failed = (error: Error) =>
      finish(
        Effect.fail(breakdown("code" in error && error.code === "ECONNRESET" ? "reset the connection" : error.message))
      )
    const read = () => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        octets = Buffer.concat([octets, chunk])
        const heard = parse(octets)
        if (heard === null && octets.length > mostOctets) return finish(Effect.fail(breakdown("says too much")))
        if (heard === null) continue
        if ("_tag" in heard) return finish(Effect.fail(heard))
        const { length, value } = heard
        finish(Effect.succeed(value))
        if (length < octets.length) socket.unshift(octets.subarray(length))
        return
      }
    }
    socket.on("readable", read).on("end", ended).on("close", ended).on("error", failed)
    socket.write(say)
    return Effect.sync(() => {
      socket.destroy()
    })
  })

export interface Heard<A> {
  readonly value: A
  /** Octets that the answer took. */
  readonly length: number
}

/** The longest answer of a proxy that is listened to. */
const mostOctets = 16 * 1_024
