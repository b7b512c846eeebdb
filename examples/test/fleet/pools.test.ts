/** What workers do while the server has no connection left for them. */

import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import * as Embedded from "@domainflow/db/embedded"
import * as Pg from "@domainflow/db/Pg"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, type Redacted, Schedule, Scope, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

/** Connections of the server in all. */
const most = 24

/** A connection of somebody else's, held until the scope ends; tried for until there is room. */
const stranger = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const own = yield* Scope.fork(yield* Effect.scope)
    return yield* Layer.build(Layer.fresh(Pg.layer(url, { applicationName: "stranger", maxConnections: 1 }))).pipe(
      Effect.map((built) => Context.get(built, SqlClient.SqlClient)),
      Effect.tap((sql) => sql`select`),
      Scope.provide(own),
      // A client that found no room is closed: the scope of the test would keep all that ever tried.
      Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
    )
  }).pipe(Effect.retry(Schedule.spaced("20 millis")))

/** Sends everybody away, takes every connection there is, and lets no worker in for longer than a lease lasts. */
const takeAll = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const first = yield* stranger(url)
    // Whoever has not said who they are may be a stranger: on a busy machine saying so takes longer than the pause below.
    const sendAway = first`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name not in ('', 'stranger') and backend_type = 'client backend'
    `
    // Whoever was sent away comes back at once, and is sent away again until the strangers have every place.
    yield* sendAway.pipe(Effect.delay("50 millis"), Effect.forever, Effect.forkScoped)
    yield* Effect.forEach(Array.from({ length: most - 1 }), () => stranger(url), { concurrency: "unbounded" })
    yield* Effect.sleep(Fleet.terms.lease + 500)
    const clients = yield* first<{ name: string }>`
      select application_name as name from pg_stat_activity where backend_type = 'client backend'
    `
    assert.deepStrictEqual(
      clients.map(({ name }) => name),
      Array.from({ length: most }, () => "stranger")
    )
  }).pipe(Effect.scoped, Effect.timeout("20 seconds"))

it.live(
  "workers wait while strangers have every connection of the server, and go on",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.Server
      for (const server of ["one", "two"]) yield* Fleet.worker(url, { server, terms: { smallestStretch: 150n } })
      const id = yield* Fleet.resolving("full", 600, { pace: 150 * 60, batchSize: 20 })
      yield* Fleet.until(id, ({ processedItems }) => processedItems > 60n)

      for (let times = 0; times < 2; times++) {
        yield* takeAll(url)
        const { processedItems: before } = yield* Campaigns.use((port) => port.get(id))
        yield* Fleet.until(id, ({ processedItems }) => processedItems > before).pipe(Effect.timeout("10 seconds"))
      }

      const { processedItems, status, successfulItems } = yield* Fleet.ended(id)
      assert.deepStrictEqual({ processedItems, status }, { processedItems: 600n, status: "completed" })
      const rows = yield* Stream.runCollect((yield* DnsResults).stream(id))
      assert.strictEqual(new Set(rows.map(({ domainName }) => domainName)).size, 600)
      assert.strictEqual(BigInt(rows.filter((row) => row.validationStatus === "Resolved").length), successfulItems)

      // Neither has ended: both take part in what comes next.
      const next = yield* Fleet.resolving("after", 600, { pace: 150 * 60, batchSize: 20 })
      assert.strictEqual((yield* Fleet.ended(next)).processedItems, 600n)
      const sql = yield* SqlClient.SqlClient
      const servers = yield* sql<{ server: string }>`
        select distinct processing_server_id as server from campaign_jobs where campaign_id = ${next} order by 1
      `
      assert.deepStrictEqual(
        servers.map(({ server }) => server),
        ["one", "two"]
      )
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer({ max_connections: String(most) }))),
  120_000
)
