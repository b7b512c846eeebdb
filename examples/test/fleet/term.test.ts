import { once } from "node:events"
import * as Embedded from "@domainflow/db/embedded"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

it.live(
  "SIGTERM: a worker claims nothing more, hands back what it has, ends by itself, and another goes on at once",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.Server
      const sql = yield* SqlClient.SqlClient
      const now = Effect.map(
        sql<{ at: number }>`select extract(epoch from clock_timestamp())::float8 as at`,
        (rows) => rows[0]!.at
      )
      const first = yield* Fleet.launched(url)
      const id = yield* Fleet.resolving("term", 12_000, { rate: 300, batchSize: 100 })
      yield* Fleet.until(id, ({ processedItems }) => processedItems > 300n)

      const before = yield* now
      const gone = once(first, "exit")
      first.kill("SIGTERM")
      const [code] = yield* Effect.promise(() => gone)
      const took = (yield* now) - before

      assert.strictEqual(code, 0)
      assert.isBelow(took, 30)
      const jobs = yield* sql<{ status: string; attempts: number; claimed: number | null }>`
        select status, attempts, extract(epoch from last_attempted_at)::float8 as claimed from campaign_jobs
      `
      assert.isAbove(jobs.length, 1)
      for (const { attempts, claimed, status } of jobs) {
        assert.notStrictEqual(status, "running")
        assert.strictEqual(attempts, status === "completed" ? 1 : 0)
        assert.isBelow(claimed ?? 0, before + 0.1)
      }

      // The next one is there already, and only has to see that there is something to do.
      const [row] = yield* sql<{ at: number }>`select extract(epoch from clock_timestamp())::float8 as at`
      yield* Fleet.worker(url, { server: "heir" })
      const left = (yield* Fleet.until(id, () => true)).processedItems
      yield* Fleet.until(id, ({ processedItems }) => processedItems > left)
      const [heir] = yield* sql<{ at: number }>`
        select extract(epoch from min(last_attempted_at))::float8 as at from campaign_jobs where processing_server_id = 'heir'
      `
      // Promised are 2 s; what is beyond is for machines that are busy.
      assert.isBelow(heir!.at - row!.at, 5)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)
