import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { inject } from "vitest"
import * as Pg from "../../src/Pg.ts"
import { type Found, inDatabase } from "./globalSetup.ts"

/**
 * A migrated database of one's own, empty but for the default roles; each building of the layer has another, dropped
 * at its end.
 */
export const layer = Layer.unwrap(Effect.map(fresh("migrated"), (url) => Pg.layer(url)))

/** As `layer`, but nothing in it: no table, no history. */
export const layerEmpty = Layer.unwrap(Effect.map(fresh("empty"), (url) => Pg.layer(url)))

/** The URL of such a database, for tests that open clients or processes of their own. */
export function fresh(state: "migrated" | "empty") {
  return Effect.gen(function* () {
    const { url, template, prefix } = yield* server
    const database = `${prefix}${crypto.randomUUID().replaceAll("-", "")}`
    yield* Effect.acquireRelease(
      admin(
        url,
        (sql) => sql`create database ${sql(database)} template ${sql(state === "migrated" ? template : "template0")}`
      ),
      () => admin(url, (sql) => sql`drop database if exists ${sql(database)} with (force)`).pipe(Effect.ignore)
    )
    return Redacted.make(inDatabase(url, database))
  })
}

/** The server of this run; the first to ask has it started. */
export const server = Effect.promise(async (): Promise<Found> => {
  const response = await fetch(inject("databaseDoor"))
  if (!response.ok) throw new Error(`no test database: ${await response.text()}`)
  return JSON.parse(await response.text())
})

const admin = <A, E>(url: string, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(SqlClient.SqlClient, use).pipe(
    Effect.provide(Pg.layer(Redacted.make(url), { maxConnections: 1 })),
    Effect.scoped
  )
