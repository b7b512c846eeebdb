/** A PostgreSQL that can be restarted as by `pg_ctl restart -m immediate`: no farewell, and a recovery from its log. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Exit, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import * as Embedded from "../../packages/db/src/embedded/index.ts"
import * as Pg from "../../packages/db/src/Pg.ts"

/** What dies here are processes, never the machine: nothing need reach the disk for a commit to last. */
const settings = { max_connections: "200", fsync: "off" }

const start = async (dataDir: string, port: number) => {
  const scope = Scope.makeUnsafe()
  const running = await Effect.runPromise(Embedded.start({ dataDir, port, settings }).pipe(Scope.provide(scope)))
  return { scope, url: Redacted.value(running.url) }
}

export interface Server {
  /** The URL of a database of this server. */
  readonly url: (database: string) => string
  readonly stop: () => Promise<void>
  readonly restart: () => Promise<void>
}

export const make = async (dataDir: string): Promise<Server> => {
  let now = await start(dataDir, 0)
  const { url } = now
  const port = Number(new URL(url).port)
  const stop = () => Effect.runPromise(Scope.close(now.scope, Exit.void))
  return {
    url: (database: string) => {
      const parts = new URL(url)
      parts.pathname = `/${database}`
      return parts.href
    },
    stop,
    restart: async () => {
      const pid = Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0])
      process.kill(pid, "SIGQUIT")
      await stop().catch(() => {})
      now = await start(dataDir, port)
    }
  }
}

/** One statement or a few on a connection of their own. */
export const on = <A, E>(url: string, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(
    Effect.flatMap(SqlClient.SqlClient, use).pipe(
      Effect.provide(Pg.layer(Redacted.make(url), { maxConnections: 1, connectTimeout: "2 seconds" })),
      Effect.scoped
    )
  )
