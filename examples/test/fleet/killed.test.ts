/** What becomes of a job whose worker is gone, in the times as they are promised. */

import * as Lease from "@domainflow/core/job/Lease"
import * as Embedded from "@domainflow/db/embedded"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

it.live(
  "SIGKILL: another worker has the job within 45 seconds of the last beat, and not before its lease has ended",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.Server
      const sql = yield* SqlClient.SqlClient
      const { lease } = yield* Lease.Terms
      const first = yield* Fleet.launched(url)
      // A stretch that nobody ends while this lasts.
      const id = yield* Fleet.resolving("killed", 2_000, { rate: 10, batchSize: 10 })
      yield* Fleet.until(id, ({ processedItems }) => processedItems > 20n)
      yield* Fleet.launched(url)

      first.kill("SIGKILL")
      const [lost] = yield* sql<{ id: string; since: number }>`
        select id, extract(epoch from locked_at)::float8 as since
        from campaign_jobs where campaign_id = ${id} and status = 'running'
      `
      const { processedItems: before } = yield* Fleet.until(id, () => true)
      const [found] = yield* sql<{ attempts: number; at: number }>`
        select attempts, extract(epoch from last_attempted_at)::float8 as at
        from campaign_jobs where id = ${lost!.id} and attempts > 1 and status = 'running'
      `.pipe(
        Effect.delay("100 millis"),
        Effect.repeat({ until: ({ length }) => length > 0 }),
        Effect.timeout("90 seconds")
      )
      assert.strictEqual(found!.attempts, 2)
      assert.isBelow(found!.at - lost!.since, 45)
      assert.isAtLeast(found!.at - lost!.since, lease / 1_000)

      yield* Fleet.until(id, ({ processedItems }) => processedItems > before)
      const [kept] = yield* sql<{ counted: number; rows: number }>`
        select c.processed_items::int as counted,
          (select count(*)::int from dns_validation_results r where r.dns_campaign_id = c.id) as rows
        from campaigns c where c.id = ${id}
      `
      assert.strictEqual(kept!.rows, kept!.counted)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)
