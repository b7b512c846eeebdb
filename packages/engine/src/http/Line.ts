import { connect, type Socket } from "node:net"
import { Effect } from "effect"
import { broken, brokenHandshake, type Fault } from "./Fault.ts"
import type { Tls } from "./Tls.ts"

/** The connection of one hop: whatever was opened for it is closed with it. */
export class Line {
  readonly #sockets: Array<Socket> = []

  /** Connects by TCP to an address, which somebody has guarded. `during` says what for. */
  open(address: string, port: number, during: string): Effect.Effect<Socket, Fault> {
    return Effect.callback((resume) => {
      const socket = connect({ host: address, port })
      this.#keep(socket)
      const failed = (error: Error) => resume(Effect.fail(broken(error, during)))
      socket.once("error", failed)
      socket.once("connect", () => {
        socket.off("error", failed)
        resume(Effect.succeed(socket))
      })
      return Effect.sync(() => socket.destroy())
    })
  }

  /** Speaks TLS over a connection, as a client of `host`. */
  secure(socket: Socket, host: string, tls: Tls, during: string): Effect.Effect<Socket, Fault> {
    return Effect.callback((resume) => {
      const secured = tls.over(socket, host)
      this.#keep(secured)
      const failed = (error: Error) => resume(Effect.fail(brokenHandshake(error, during)))
      secured.once("error", failed)
      secured.once("secureConnect", () => {
        secured.off("error", failed)
        resume(Effect.succeed(secured))
      })
      return Effect.sync(() => secured.destroy())
    })
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #keep(socket: Socket): void {
    this.#sockets.push(socket)
    // A socket breaks whenever it likes, also when nobody asks any more; an error nobody hears ends the process.
    socket.on("error", ignored)
  }
}

const ignored = () => {}
