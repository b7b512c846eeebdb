import { createServer } from "node:http"
import { Effect, Exit, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import type { TestProject } from "vitest/node"
import * as Embedded from "../../src/embedded/index.ts"
import * as Migrations from "../../src/Migrations.ts"
import * as Pg from "../../src/Pg.ts"

/** Where a test file finds the run's server: this asks for it over loopback, so that it starts only when it is used. */
declare module "vitest" {
  interface ProvidedContext {
    readonly databaseDoor: string
  }
}

/** What the door answers. */
export interface Found {
  /** The server's database `postgres`, or what DATABASE_URL names. */
  readonly url: string
  /** A migrated database to be cloned. */
  readonly template: string
  /** What every database of this run is called. */
  readonly prefix: string
}

/**
 * One server for all projects and files of a run: `DATABASE_URL` where it is set, else an embedded one, started when the
 * first file asks. Databases of the run are gone when it ends.
 */
export default async ({ provide }: TestProject) => {
  const scope = Scope.makeUnsafe()
  let found: Promise<Found> | undefined
  const door = createServer((_, response) => {
    // A connection kept for the next question may be closed here just when that is sent.
    response.setHeader("connection", "close")
    found ??= Effect.runPromise(prepare.pipe(Scope.provide(scope)))
    found.then(
      (answer) => response.end(JSON.stringify(answer)),
      (cause) => response.writeHead(500).end(String(cause))
    )
  })
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve))
  const address = door.address()
  if (address === null || typeof address === "string") throw new Error("the door of the test database has no port")
  provide("databaseDoor", `http://127.0.0.1:${address.port}`)
  return async () => {
    door.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const prepare = Effect.gen(function* () {
  const given = process.env["DATABASE_URL"]
  const url =
    given === undefined
      ? (yield* Embedded.start({ settings: { fsync: "off", full_page_writes: "off", max_connections: "300" } })).url
      : Redacted.make(given)
  const prefix = `domainflow_test_${process.pid}_${Date.now().toString(36)}_`
  const template = `${prefix}template`
  yield* Effect.acquireRelease(
    admin(url, (sql) => sql`create database ${sql(template)} template template0`),
    () =>
      admin(url, (sql) =>
        Effect.gen(function* () {
          const left = yield* sql<{
            datname: string
          }>`select datname from pg_database where starts_with(datname, ${prefix})`
          for (const { datname } of left) yield* sql`drop database if exists ${sql(datname)} with (force)`
        })
      ).pipe(Effect.orDie)
  )
  yield* Migrations.run.pipe(Effect.provide(Pg.layer(Redacted.make(inDatabase(Redacted.value(url), template)))))
  const answer: Found = { url: Redacted.value(url), template, prefix }
  return answer
})

const admin = <A, E>(url: Redacted.Redacted, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(SqlClient.SqlClient, use).pipe(Effect.provide(Pg.layer(url, { maxConnections: 1 })), Effect.scoped)

/** The same server, another database. */
export const inDatabase = (url: string, database: string): string => {
  const parts = new URL(url)
  parts.pathname = `/${database}`
  return parts.href
}
