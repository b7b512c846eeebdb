import { PgClient } from "@effect/sql-pg"
import { type Duration, Effect, Fiber, type Redacted, Scope, String } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import type { Connection } from "effect/sql/SqlConnection"
import { Limit } from "./Store.ts"

/** What `layer` provides: plain SQL, and what only PostgreSQL has. */
export type Client = PgClient.PgClient | SqlClient.SqlClient

export interface Options {
  /** What `pg_stat_activity` shows. */
  readonly applicationName?: string
  /**
   * Connections at most; 10 by default. Two are enough to append at full speed; the others let reads and heartbeats
   * pass while a batch is written.
   */
  readonly maxConnections?: number
  /** How long a connection may take to open; 5 seconds by default. */
  readonly connectTimeout?: Duration.Input
  /** Off behind a pooler that moves a session's statements between servers, such as PgBouncer's transaction mode. */
  readonly prepare?: boolean
  /**
   * Statements of many callers travel on one connection, one behind the other, without waiting for each other's answers: a
   * third less work for a process that answers many small requests. Off by default, for a long statement holds up those
   * behind it. Transactions have a connection of their own either way.
   */
  readonly multiplex?: boolean
}

/** A client that speaks camelCase to us and snake_case to PostgreSQL, in UTC. Connections are opened when needed. */
export const layer = (url: Redacted.Redacted, options: Options = {}) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) =>
        Effect.flatMap(Effect.forkDetach(Scope.close(scope, exit), { startImmediately: true }), (closing) =>
          Effect.timeoutOption(Effect.interruptible(Fiber.await(closing)), longestClose)
        )
      )
      return bounded(yield* PgClient.make(settings(url, options)).pipe(Scope.provide(scope)))
    })
  )

/** What connections that no longer answer may hold up of the end of a program. */
const longestClose = "5 seconds"

const settings = (url: Redacted.Redacted, options: Options): PgClient.PgPoolConfig => ({
  url,
  applicationName: options.applicationName ?? "domainflow",
  maxConnections: options.maxConnections ?? 10,
  connectTimeout: options.connectTimeout ?? "5 seconds",
  prepare: options.prepare ?? true,
  multiplex: options.multiplex ?? false,
  multiplexConcurrency: shared,
  keepAlive: silence,
  transformQueryNames: remembered(String.camelToSnake),
  transformResultNames: remembered(String.snakeToCamel),
  // The keys inside jsonb are data (header names, record fields), not columns.
  transformJson: false,
  // The auth tables use `timestamp`, which only round-trips in UTC.
  startupParameters: { TimeZone: "UTC" }
})

/**
 * The same client, whose transactions begin and end within `Limit`. The driver's own cannot be interrupted there: on a
 * connection that is open at this end only they would keep it, and whoever waits for it, for a quarter of an hour.
 */
const bounded = (client: PgClient.PgClient): PgClient.PgClient => {
  const within = <A>(effect: Effect.Effect<A, SqlError.SqlError>) =>
    Effect.flatMap(Limit, (duration) =>
      Effect.timeoutOrElse(Effect.interruptible(effect), { duration, orElse: () => Effect.fail(lost) })
    )
  const control = (connection: Connection, statement: string) =>
    within(Effect.asVoid(connection.execute(statement, [], undefined)))
  return Object.assign(client, {
    withTransaction: SqlClient.makeWithTransaction({
      transactionService: client.transactionService,
      spanAttributes: [],
      acquireConnection: (restore) => restore(client.reserve),
      begin: (connection, statement = "BEGIN") => control(connection, statement),
      commit: (connection) =>
        Effect.flatMap(within(connection.executeRaw("COMMIT", [])), (result) =>
          // What PostgreSQL answers where the transaction had failed.
          (result as { readonly command?: string }).command === "ROLLBACK" ? Effect.fail(undone) : Effect.void
        ),
      rollback: (connection) => control(connection, "ROLLBACK"),
      savepoint: (connection, id) => control(connection, `SAVEPOINT domainflow_${id}`),
      releaseSavepoint: (connection, id) => control(connection, `RELEASE SAVEPOINT domainflow_${id}`),
      rollbackSavepoint: (connection, id) => control(connection, `ROLLBACK TO SAVEPOINT domainflow_${id}`)
    })
  })
}

const lost = new SqlError.SqlError({
  reason: new SqlError.ConnectionError({
    cause: new Error("no answer"),
    message: "the connection did not answer, and counts as lost",
    operation: "transaction"
  })
})

const undone = new SqlError.SqlError({
  reason: new SqlError.UnknownError({
    cause: new Error("COMMIT rolled back"),
    message: "a transaction that had failed was committed",
    operation: "commit"
  })
})

/** After so long without traffic the system asks whether the other end is there, and firewalls see a connection in use. */
const silence = "15 seconds"

/**
 * Statements on a connection before another one is opened. Each connection is one process of PostgreSQL, which answers in turn: with
 * the driver's own 32 a single one would do all the work. Fewer share fewer round trips, and more of them wait for one another:
 * 8 were found to do well.
 */
const shared = 8

/** Names come from our own SQL, so they are few; a row has one look-up per column instead of one rewriting. */
const remembered = (transform: (name: string) => string) => {
  const names = new Map<string, string>()
  return (name: string) => {
    const known = names.get(name)
    if (known !== undefined) return known
    const made = transform(name)
    names.set(name, made)
    return made
  }
}
