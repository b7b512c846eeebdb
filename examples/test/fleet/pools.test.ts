import * as Embedded from "@domainflow/db/embedded"
import * as Pg from "@domainflow/db/Pg"
import { assert, it } from "@effect/vitest"
import { Effect, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

/** Connections of the server in all; three of them are kept for superusers, as we are here. */
const most = 24

/** Sends everybody's connections away, takes every place there is, and holds them for a while. */
const takeAll = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and application_name <> 'stranger' and backend_type = 'client backend'
    `
    let taken = 0
    yield* Effect.forEach(
      Array.from({ length: most }),
      // Who is turned away waits for a place that the stranger gives back, which is not to be.
      () =>
        sql.reserve.pipe(
          Effect.timeout("2 seconds"),
          Effect.tap(() => Effect.sync(() => taken++)),
          Effect.ignore
        ),
      { concurrency: "unbounded" }
    )
    yield* Effect.sleep("3 seconds")
    return taken
  }).pipe(
    Effect.scoped,
    Effect.provide(Pg.layer(url, { applicationName: "stranger", maxConnections: most }), { local: true })
  )

it.live(
  "workers wait while strangers have every connection of the server, and go on",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.Server
      const workers = [yield* Fleet.worker(url, { server: "one" }), yield* Fleet.worker(url, { server: "two" })]
      const id = yield* Fleet.resolving("full", 600, { pace: 150 * 60, batchSize: 20 })
      yield* Fleet.until(id, ({ processedItems }) => processedItems > 60n)

      for (let times = 0; times < 2; times++) {
        assert.isAbove(yield* takeAll(url), most - 8)
        yield* Effect.sleep("1 second")
      }

      const { processedItems, status } = yield* Fleet.ended(id)
      assert.deepStrictEqual({ processedItems, status }, { processedItems: 600n, status: "completed" })
      // Neither has ended: both take part in what comes next.
      const next = yield* Fleet.resolving("after", 100)
      assert.strictEqual((yield* Fleet.ended(next)).processedItems, 100n)
      assert.strictEqual(workers.length, 2)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer({ max_connections: String(most) }))),
  120_000
)
