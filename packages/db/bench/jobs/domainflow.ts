// Schemas as code that is made for each of them, once: the host decides, for its whole process.
import "effect/schema/SchemaJITCompiler/enable"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { Job } from "@domainflow/core/job/Job"
import { Jobs } from "@domainflow/core/job/Jobs"
import { Effect, ManagedRuntime, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { Defer } from "../../../../scripts/bench/Bench.ts"
import * as Db from "../../src/Db.ts"
import type { Options } from "../../src/Pg.ts"
import { needs } from "./needs.ts"
import type { Queue } from "./Queue.ts"

/** Campaigns among which the jobs are shared out: the price of fairness is part of a claim. */
const campaigns = 4

/** `Jobs` on PostgreSQL: the whole port, with its fence, its fairness and its decoding, on `campaign_jobs` with every index. */
export const make = async (url: string, defer: Defer): Promise<Queue> => {
  const open = (options: Options) => {
    const runtime = ManagedRuntime.make(needs(Db.layerUrl(Redacted.make(url), { maxConnections: 10, ...options })))
    defer(() => runtime.dispose())
    return runtime
  }
  const runtime = open({})
  /** Many small statements share connections; large ones would wait for each other there. */
  const sharing = open({ multiplex: true })
  const ids = await runtime.runPromise(
    Effect.forEach(Array.from({ length: campaigns }), () =>
      Effect.gen(function* () {
        const port = yield* Campaigns
        const { id } = yield* port.create({ name: "bench", params })
        yield* port.move(id, "queued")
        yield* port.move(id, "running")
        return id
      })
    )
  )
  const sql = <A, E>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
    runtime.runPromise(SqlClient.SqlClient.use(use))
  return {
    fill: async (jobs) => {
      await sql((sql) => sql`truncate campaign_jobs`)
      await sql(
        (sql) => sql`
          -- Ids in the order of time, as enqueue makes them.
          insert into campaign_jobs (id, campaign_id, job_type, attempts, max_attempts, job_payload, scheduled_at)
          select uuidv7(), (${ids}::uuid[])[1 + i % ${campaigns}], 'domain_generation', 0, 3,
            jsonb_build_object('from', i::text, 'until', (i + 1)::text), now() + i * interval '1 microsecond'
          from generate_series(1, ${jobs}::int) i
        `
      )
      await sql((sql) => sql`vacuum analyze campaign_jobs`)
    },
    drain: async (workers, batch) => {
      const work = Effect.fnUntraced(function* (server: string) {
        const port = yield* Jobs
        const complete = (done: ReadonlyArray<Job>) =>
          Effect.map(port.complete(done), ({ size }) => {
            if (size !== done.length) throw new Error("a completion was not accepted")
          })
        const claim = port.claim({ server, limit: batch })
        let jobs = yield* claim
        while (jobs.length > 0) {
          // What is done is written while the next is fetched, as graphile-worker does and as our sessions do.
          ;[jobs] = yield* Effect.all([claim, complete(jobs)], { concurrency: 2 })
        }
      })
      const begun = performance.now()
      const servers = Array.from({ length: workers }, (_, i) => `worker-${i}`)
      const { runPromise } = batch === 1 ? sharing : runtime
      await runPromise(Effect.forEach(servers, work, { concurrency: "unbounded", discard: true }))
      return (performance.now() - begun) / 1_000
    },
    left: async () => {
      const [row] = await sql(
        (sql) => sql<{ left: bigint }>`select count(*) as left from campaign_jobs where status <> 'completed'`
      )
      return Number(row?.left)
    }
  }
}

const params = {
  _tag: "domain_generation",
  patternType: "prefix",
  characterSet: "letters",
  variableLength: 4,
  constantString: "shop",
  tld: "com",
  numDomainsToGenerate: 1_000
} as const
