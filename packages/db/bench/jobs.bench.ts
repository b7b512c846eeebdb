/**
 * What was learnt on the way (2 cores, PostgreSQL 18 beside the client; ratios hold, figures do not):
 *
 * - A count that a bitmap answers never marks what it finds dead: one index for two statuses made a claim look at every job that had
 *   run since the last vacuum. Two indexes, each of which answers by itself, doubled one at a time (migration 0016).
 * - A completion that named its job in an array read the whole table, for PostgreSQL reckons with ten elements; by the key, and with
 *   one walk along the index in place of two, a job one at a time costs the server a third less CPU and is an eighth faster.
 * - A claim that looks along the campaigns that run, rather than from waiting job to waiting job, costs the server an eighth less.
 * - Statements of four workers on one connection cost the server a third less than on eight. The client pays half of what it spends
 *   for writing to sockets.
 * - Claims that do not wait for the disk were a tenth faster at times, and were left alone: what a crash forgets of them are attempts,
 *   and a job that brings the server down must not have as many as it likes.
 * - What is left of one at a time is two commits, and a claim that costs twice a completion: a third of it is fairness.
 * - Ids in the order of time, as the port makes them, are a tenth faster in batches than random ones.
 * - A row of `campaign_jobs` is in six indexes, four of which schema v3 promises: of the two updates of a job none can stay on its page.
 *   pg-boss and graphile-worker write to two or three. Job rows are rare by design, one for many thousand names.
 * - In batches finding the jobs is a thirtieth of a claim, the rest is writing them. Of a written row half are the indexes and the
 *   trigger that schema v3 promises; the other half is a row version. pg-boss writes two versions of each job as well: its batches cost
 *   the server 80 to 150 µs of CPU a job where ours cost 85 to 190, and the client half of ours. graphile-worker deletes what is done.
 * - Rows found by their place (ctid), no index of running jobs of our own, completions without a join and answers without ids: all
 *   together 0 to 9 % in batches from one hour to the next, and nothing one at a time. Left alone.
 * - The barest statements that could be a queue on this table (the oldest waiting rows, no fence to speak of, no fairness, read by `pg`
 *   without a model) are a tenth faster than the port in batches and up to a fifth one at a time: 1.0 to 1.1 times pg-boss in
 *   batches, 1.8 times one at a time. Twice and three times are out of reach for any shape that writes a job's two row versions here.
 * - Batches of 1,000, 2,000 and 5,000 instead of 500, and one or two workers instead of four, change nothing that lasts.
 * - One at a time, the statements themselves are half of what the server works; planning is nothing, for they are prepared.
 * - pg-boss is a third slower in batches where its table was not analyzed after it was filled, as here it is; partitioned or not, it
 *   is alike. Even then ours do 1.2 times as many.
 * - pg-boss is asked by `fetch` and `complete` in a loop. Its own `work` waits half a second between two looks.
 */
import { Effect, Exit, Redacted, Scope } from "effect"
import { type Bench, ratio } from "../../../scripts/bench/Bench.ts"
import * as Embedded from "../src/embedded/index.ts"
import * as domainflow from "./jobs/domainflow.ts"
import * as graphileWorker from "./jobs/graphileWorker.ts"
import * as pgBoss from "./jobs/pgBoss.ts"
import type { Queue } from "./jobs/Queue.ts"
import { session } from "./jobs/session.ts"

const bench: Bench = {
  name: "jobs",
  title: "Claiming, running and completing empty jobs",
  compares:
    "Four concurrent workers of one process each time, on databases of one server: Jobs of DomainFlow (leases, fencing, fairness " +
    "between four campaigns), graphile-worker and pg-boss, each with the settings that suit it best.",
  contenders: async (defer) => {
    const scope = Scope.makeUnsafe()
    defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    // Room for what all rounds write: no contender pays for a checkpoint that another one caused.
    const settings = { max_wal_size: "8GB", checkpoint_timeout: "1h", autovacuum: "off" }
    const { url } = await Effect.runPromise(Embedded.start({ port: 0, settings }).pipe(Scope.provide(scope)))
    const database = async (name: string) => {
      await session(Redacted.value(url)).query(`create database ${name}`)
      const parts = new URL(Redacted.value(url))
      parts.pathname = `/${name}`
      return parts.href
    }
    const ours = await domainflow.make(await database("ours"), defer)
    const graphile = await graphileWorker.make(await database("graphile"))
    const boss = await pgBoss.make(await database("boss"), defer)
    return [
      contender("DomainFlow, one at a time", ours, { jobs: 1_000, workers: 4, batch: 1 }),
      contender("graphile-worker, one at a time", graphile, { jobs: 1_000, workers: 4, batch: 1 }),
      contender("pg-boss, one at a time", boss, { jobs: 400, workers: 4, batch: 1 }),
      contender("DomainFlow, in batches", ours, { jobs: 20_000, workers: 4, batch: 500 }),
      contender("graphile-worker, in batches", graphile, { jobs: 20_000, workers: 10, batch: 500 }),
      contender("pg-boss, in batches", boss, { jobs: 20_000, workers: 4, batch: 500 })
    ]
  },
  targets: [
    ratio("DomainFlow, one at a time", "graphile-worker, one at a time", "jobs/s", 0.7),
    ratio("DomainFlow, one at a time", "pg-boss, one at a time", "jobs/s", 3),
    ratio("DomainFlow, in batches", "graphile-worker, in batches", "jobs/s", 0.9),
    ratio("DomainFlow, in batches", "pg-boss, in batches", "jobs/s", 2)
  ]
}
export default bench

const contender = (name: string, queue: Queue, { batch, jobs, workers }: Load) => ({
  name,
  run: async () => {
    await queue.fill(jobs)
    const seconds = await queue.drain(workers, batch, jobs)
    const left = await queue.left()
    if (left > 0) throw new Error(`${name}: ${left} of ${jobs} jobs are left`)
    return { "jobs/s": jobs / seconds }
  }
})

interface Load {
  readonly jobs: number
  readonly workers: number
  /** Jobs claimed at once. */
  readonly batch: number
}
