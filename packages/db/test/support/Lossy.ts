import { connect, createServer, type Socket } from "node:net"
import { Effect, Redacted, type Scope } from "effect"

/** A road to a server that loses answers. */
export interface Lossy {
  readonly url: Redacted.Redacted
  /**
   * Breaks the connection where the answer to the next COMMIT would come, as often as said: the server has committed, nobody is
   * told. Another command where its tag is said, for a statement that is a transaction of its own.
   */
  readonly lose: (answers: number, tag?: string) => void
  /** Answers still to be lost. */
  readonly left: () => number
}

export const make = (url: Redacted.Redacted): Effect.Effect<Lossy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const to = new URL(Redacted.value(url))
    /** A server may listen in a folder instead of at an address. */
    const folder = decodeURIComponent(to.hostname)
    let losses = 0
    /** What the server says once a command is done (PostgreSQL 55.7, CommandComplete). */
    let done = Buffer.from("COMMIT\0")
    const sockets = new Set<Socket>()
    const server = createServer((client) => {
      const upstream = folder.startsWith("/")
        ? connect(`${folder}/.s.PGSQL.${to.port || 5432}`)
        : connect(Number(to.port || 5432), folder)
      const end = () => {
        client.destroy()
        upstream.destroy()
      }
      for (const socket of [client, upstream]) {
        sockets.add(socket.setNoDelay(true))
        socket.on("error", end).on("close", () => {
          sockets.delete(socket)
          end()
        })
      }
      client.on("data", (said) => upstream.write(said))
      upstream.on("data", (answer) => {
        if (losses === 0 || !answer.includes(done)) return void client.write(answer)
        losses--
        end()
      })
    })
    const port = yield* Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<number>((resolve) =>
            server.listen(0, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port))
          )
      ),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    const road = new URL(to.href.replace(to.host, `127.0.0.1:${port}`))
    return {
      url: Redacted.make(road.href),
      lose: (answers: number, tag = "COMMIT") => {
        done = Buffer.from(`${tag}\0`)
        losses = answers
      },
      left: () => losses
    }
  })
