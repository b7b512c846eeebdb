import { PgClient } from "@effect/sql-pg"
import { type Duration, type Redacted, String } from "effect"
import type { SqlClient } from "effect/sql"

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
  PgClient.layer({
    url,
    applicationName: options.applicationName ?? "domainflow",
    maxConnections: options.maxConnections ?? 10,
    connectTimeout: options.connectTimeout ?? "5 seconds",
    prepare: options.prepare ?? true,
    multiplex: options.multiplex ?? false,
    multiplexConcurrency: shared,
    transformQueryNames: remembered(String.camelToSnake),
    transformResultNames: remembered(String.snakeToCamel),
    // The keys inside jsonb are data (header names, record fields), not columns.
    transformJson: false,
    // The auth tables use `timestamp`, which only round-trips in UTC.
    startupParameters: { TimeZone: "UTC" }
  })

/**
 * Statements on a connection before another one is opened. Each connection is one process of PostgreSQL, which answers in turn: with
 * the driver's own 32 a single one would do all the work. Fewer share fewer round trips; 4 were found to do well.
 */
const shared = 4

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
