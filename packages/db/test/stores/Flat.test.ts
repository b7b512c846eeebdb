import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Stretch from "@domainflow/core/job/Stretch"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import * as Stores from "../support/Stores.ts"

/** Rows of `campaign_jobs` that a claim looked at, through an index or without one. */
const rowsOfClaim = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const looked = sql<{ rows: bigint }>`
    select coalesce(idx_tup_fetch, 0) + seq_tup_read as rows from pg_stat_xact_user_tables where relname = 'campaign_jobs'
  `
  const [before] = yield* looked
  const claimed = yield* Jobs.use((jobs) => jobs.claim({ server: "flat", limit: 1 }))
  assert.strictEqual(claimed.length, 1)
  yield* Jobs.use((jobs) => jobs.complete(claimed))
  const [after] = yield* looked
  return Number(after!.rows - before!.rows)
}).pipe((claim) => SqlClient.SqlClient.use((sql) => sql.withTransaction(claim)))

it.layer(Stores.layer, { timeout: "120 seconds", excludeTestServices: true })("what grows", (it) => {
  it.effect("a claim looks at as many rows among fifty thousand finished jobs as in an empty table", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaign = yield* Scene.generation({ numDomainsToGenerate: 600 })
      yield* Scene.bring(campaign, "running")
      const enqueue = Effect.fnUntraced(function* (from: number) {
        const jobs = Stretch.cut(BigInt(from), 20n, 1n).map((stretch) => ({
          id: Stretch.jobId(campaign.id, stretch),
          campaignId: campaign.id,
          jobType: campaign.campaignType,
          stretch
        }))
        yield* Jobs.use((port) => port.enqueue(jobs))
      })
      yield* enqueue(0)
      // More than the five times after which a plan is made for good.
      const few = yield* Effect.forEach(Array.from({ length: 10 }), () => rowsOfClaim)

      yield* sql`
        insert into campaign_jobs (campaign_id, job_type, status, attempts)
        select ${campaign.id}, 'domain_generation', 'completed', 1 from generate_series(1, 50000)
      `
      const many = yield* Effect.forEach(Array.from({ length: 10 }), () => rowsOfClaim)

      assert.isAtMost(Math.max(...many), Math.max(...few) + 20)
    })
  )

  it.effect(
    "beside a transaction that stays open batches are counted at once, and the campaign's row has few versions of it",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const open = yield* Effect.andThen(sql`select pg_current_xact_id()::text`, Effect.never).pipe(
          sql.withTransaction,
          Effect.forkChild
        )
        // Longer than what counts as staying.
        yield* Effect.sleep("2500 millis")
        const [campaigns, domains] = [yield* Campaigns, yield* GeneratedDomains]
        const campaign = yield* Scene.generation({ variableLength: 4, numDomainsToGenerate: 400_000 })
        const { id } = campaign
        yield* Scene.bring(campaign, "running")
        const versions = new Set<string>()
        const batches = 200
        for (let i = 0; i < batches; i++) {
          yield* domains.append(yield* Scene.batch(id, BigInt(i * 10), 10))
          const [row] = yield* sql<{ version: string }>`select xmin::text as version from campaigns where id = ${id}`
          versions.add(row!.version)
          if (i % 20 === 19) {
            const { processedItems, progressPercentage, successfulItems } = yield* campaigns.get(id)
            assert.deepStrictEqual([processedItems, successfulItems], [BigInt((i + 1) * 10), BigInt((i + 1) * 10)])
            assert.approximately(progressPercentage, ((i + 1) * 10) / 4_000, 1e-9)
          }
        }
        // Those of the first batches, and one every 20 seconds.
        assert.isBelow(versions.size, 60)

        yield* Fiber.interrupt(open)
        const { items } = yield* campaigns.page({ status: "running" })
        assert.strictEqual(items.find((one) => one.id === id)?.processedItems, 2_000n)
        // Where it rests, its own columns say the same, whoever has moved it.
        yield* sql`update campaigns set status = 'paused' where id = ${id}`
        const [row] = yield* sql`
        select processed_items, successful_items, failed_items, progress_percentage from campaigns where id = ${id}
      `
        assert.deepStrictEqual(row, {
          processedItems: 2_000n,
          successfulItems: 2_000n,
          failedItems: 0n,
          progressPercentage: 0.5
        })
        // What was on its way is counted there too.
        yield* domains.append(yield* Scene.batch(id, 2_000n, 10))
        const [late] = yield* sql`select processed_items from campaigns where id = ${id}`
        assert.deepStrictEqual(late, { processedItems: 2_010n })
      })
  )
})

/** Stays open for ever, and keeps what any row was since it began. */
const staysOpen = SqlClient.SqlClient.use((sql) =>
  Effect.andThen(sql`select pg_current_xact_id()::text`, Effect.never).pipe(sql.withTransaction)
)

it.live(
  "a role that may not look into others' sessions counts so, too, beside a transaction of another",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Database.server
      const role = `plain_${crypto.randomUUID().replaceAll("-", "")}`
      const admin = <A, E>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>, at = Redacted.make(url)) =>
        SqlClient.SqlClient.use(use).pipe(Effect.provide(Pg.layer(at)), Effect.scoped)
      yield* Effect.acquireRelease(
        admin((sql) => sql`create role ${sql(role)} login password 'plain'`),
        () => admin((sql) => sql`drop role ${sql(role)}`).pipe(Effect.orDie)
      )
      const database = yield* Database.fresh("migrated")
      yield* admin((sql) => sql`grant all on all tables in schema public to ${sql(role)}`, database)
      const road = new URL(Redacted.value(database))
      road.username = role
      road.password = "plain"

      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const campaign = yield* Scene.generation({ variableLength: 4, numDomainsToGenerate: 400_000 })
        yield* Scene.bring(campaign, "running")
        const versions = (from: number) =>
          Effect.gen(function* () {
            const seen = new Set<string>()
            for (let i = from; i < from + 60; i++) {
              yield* GeneratedDomains.use((domains) =>
                Effect.flatMap(Scene.batch(campaign.id, BigInt(i), 1), domains.append)
              )
              const [row] = yield* sql<{ version: string }>`
                select xmin::text as version from campaigns where id = ${campaign.id}
              `
              seen.add(row!.version)
            }
            return seen.size
          })
        assert.strictEqual(yield* versions(0), 60)

        yield* Effect.forkChild(Effect.provide(staysOpen, Pg.layer(database)))
        const [other] = yield* sql`
          select count(*) as seen, count(xact_start) as told from pg_stat_activity
          where datname = current_database() and usename <> current_user and backend_xid is not null
        `.pipe(Effect.repeat({ until: ([found]) => found?.["seen"] === 1n }))
        assert.deepStrictEqual(other, { seen: 1n, told: 0n })
        // Every other transaction counts, whatever it is about.
        yield* Effect.forEach(Array.from({ length: 260 }), () => sql`select pg_current_xact_id()::text`)
        assert.isBelow(yield* versions(60), 5)
      }).pipe(Effect.provide(Stores.layerClient.pipe(Layer.provideMerge(Pg.layer(Redacted.make(road.href))))))
    }).pipe(Effect.scoped),
  60_000
)
