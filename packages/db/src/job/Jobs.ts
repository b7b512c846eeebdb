import { Reach } from "@domainflow/core/auth/Reach"
import type { CampaignStatus } from "@domainflow/core/campaign/Campaign"
import * as Ids from "@domainflow/core/Ids"
import { Job, type JobId, JobStatus } from "@domainflow/core/job/Job"
import { type Claim, Jobs, type Standing } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import * as Stretch from "@domainflow/core/job/Stretch"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Random, Schema, Stream } from "effect"
import { ofOwned } from "../auth/within.ts"
import { guard } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"
import { bell } from "./bell.ts"

export const layer = Layer.effect(
  Jobs,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const terms = yield* Lease.Terms

    /** A hint: one that gets lost costs the wait until somebody looks. */
    const ring = (news: number): Effect.Effect<void> =>
      news > 0 ? sql.notify(bell.channel, "").pipe(Effect.ignore) : Effect.void

    const [running, queued] = [sql.literal(spelt("running")), sql.literal(spelt("queued"))]

    /** Of these, the ones whose row still is what was claimed. The fence in front of every write of a worker. */
    const holds = (claims: ReadonlyArray<Claim>) => {
      const [first, ...others] = claims
      // One is what workers write for most, and its row is found by its key: for arrays PostgreSQL reckons with ten, and reads
      // tables of some thousand rows from end to end.
      if (first !== undefined && others.length === 0) {
        return sql`where j.id = ${first.id} and j.locked_by = ${first.lockedBy ?? ""} and lower(j.status) = 'running'`
      }
      return sql`
        from unnest(${claims.map(({ id }) => id)}::uuid[], ${claims.map(({ lockedBy }) => lockedBy ?? "")}::text[])
          as claim (id, locked_by)
        where j.id = claim.id and j.locked_by = claim.locked_by and lower(j.status) = 'running'
      `
    }

    const accepted = Effect.map((rows: ReadonlyArray<{ readonly id: JobId }>) => new Set(rows.map(({ id }) => id)))

    /** What a try that went wrong does to a row. */
    const failed = (dice: number) => sql`
        status = case when ${exhausted} then 'failed' else 'retry' end,
        next_execution_at = case when not ${exhausted} then clock_timestamp() + ${Lease.spread(dice)}::float8 * least(
          ${terms.longestBackoff}::float8, ${terms.firstBackoff} * power(2, least(greatest(attempts - 1, 0), 30))
        ) * interval '1 millisecond' end,
        locked_at = null, locked_by = null
      `
    const exhausted = sql`coalesce(attempts, 0) >= coalesce(max_attempts, ${terms.maxAttempts})`

    return Jobs.of({
      enqueue: (jobs) =>
        jobs.length === 0
          ? Effect.succeed(0)
          : sql`
                insert into campaign_jobs
                  (id, campaign_id, job_type, status, attempts, max_attempts, job_payload, scheduled_at)
                select n.id, n.campaign_id, n.job_type, 'pending', 0, n.max_attempts, nullif(n.job_payload, '')::jsonb,
                  -- A microsecond apart: claimed in the order they were given, and names in order are stored faster.
                  now() + n.turn * interval '1 microsecond'
                from unnest(
                  ${jobs.map(({ id }) => id)}::uuid[],
                  ${jobs.map(({ campaignId }) => campaignId)}::uuid[],
                  ${jobs.map(({ jobType }) => jobType)}::text[],
                  ${jobs.map(({ maxAttempts }) => maxAttempts ?? terms.maxAttempts)}::int[],
                  ${jobs.map(({ stretch }) => (stretch === null ? "" : JSON.stringify(Stretch.payload(stretch))))}::text[]
                ) with ordinality as n (id, campaign_id, job_type, max_attempts, job_payload, turn)
                -- A campaign that was deleted meanwhile has nothing to do.
                join campaigns c on c.id = n.campaign_id
                on conflict (id) do nothing
                returning id
              `.pipe(
              Effect.map((rows) => rows.length),
              Effect.tap(ring),
              guard("Jobs.enqueue")
            ),

      claim: ({ except = [], limit, only, retry = false, server }) =>
        Effect.gen(function* () {
          const lockedBy = `${server}/${yield* Ids.one}`
          return yield* sql<{ turn: number }>`
              with turns as materialized (
                select
                  c.id,
                  first.due,
                  (
                    select count(*) from campaign_jobs r
                    where r.campaign_id = c.id and lower(r.status) = 'running'
                  ) as running
                from campaigns c
                cross join lateral (
                  select coalesce(j.next_execution_at, j.scheduled_at) as due from campaign_jobs j
                  where j.campaign_id = c.id and lower(j.status) in ('pending', 'queued', 'retry')
                  order by coalesce(j.next_execution_at, j.scheduled_at) limit 1
                ) first
                where c.id <> all (${except}::uuid[])
                  ${only === undefined ? sql`` : sql`and c.id = ${only}`}
                  and (
                    c.status in ${running}
                    -- One that failed and was queued again starts with its failed jobs revived, or would fail of them again.
                    or c.status in ${queued} and not exists (
                      select from campaign_jobs f
                      where f.campaign_id = c.id and lower(f.status) = 'failed'
                    )
                  )
              ),
              chosen as materialized (
                -- The campaigns in order of turn, and of each only as many rows as are wanted: what is locked here
                -- is invisible to everybody else who claims.
                select d.id, row_number() over ()::int as turn
                from (select id from turns order by running, due) t
                cross join lateral (
                  select j.id from campaign_jobs j
                  where j.campaign_id = t.id and lower(j.status) in ('pending', 'queued', 'retry')
                    and coalesce(j.next_execution_at, j.scheduled_at) <= now()
                    ${retry ? sql`and lower(j.status) = 'retry'` : sql``}
                  order by coalesce(j.next_execution_at, j.scheduled_at)
                  limit (select greatest(1, ceil(${limit}::float8 / greatest(count(*), 1)))::bigint from turns)
                  for update skip locked
                ) d
                limit ${limit}
              )
              update campaign_jobs j set
                status = 'running', attempts = coalesce(j.attempts, 0) + 1, last_attempted_at = clock_timestamp(),
                locked_at = clock_timestamp(), locked_by = ${lockedBy}, processing_server_id = ${server},
                next_execution_at = null
              from chosen where j.id = chosen.id
              returning ${sql.literal(columns)}, chosen.turn
            `.pipe(
            // A join answers in any order.
            Effect.flatMap((rows) => decode(rows.toSorted((one, other) => one.turn - other.turn)))
          )
        }).pipe(guard("Jobs.claim")),

      beat: (claims) =>
        sql<{ id: JobId }>`
            update campaign_jobs j set locked_at = clock_timestamp() ${holds(claims)} returning j.id
          `.pipe(accepted, guard("Jobs.beat")),

      complete: (claims) =>
        sql<{ id: JobId }>`
            update campaign_jobs j set
              status = 'completed', locked_at = null, locked_by = null, next_execution_at = null, last_error = null
            ${holds(claims)} returning j.id
          `.pipe(accepted, guard("Jobs.complete")),

      fail: (claim, error) =>
        Effect.gen(function* () {
          const [row] = yield* sql<{ status: "retry" | "failed" }>`
              update campaign_jobs j set ${failed(yield* Random.next)}, last_error = ${Storable.text(error)}
              ${holds([claim])} returning j.status
            `
          return row?.status ?? null
        }).pipe(guard("Jobs.fail")),

      release: (claims) =>
        sql<{ id: JobId }>`
            update campaign_jobs j set
              status = 'pending', attempts = greatest(attempts - 1, 0), locked_at = null, locked_by = null,
              next_execution_at = null
            ${holds(claims)} returning j.id
          `.pipe(
          accepted,
          Effect.tap(({ size }) => ring(size)),
          guard("Jobs.release")
        ),

      rescue: Effect.gen(function* () {
        const rows = yield* sql<{ status: "retry" | "failed" }>`
            with dead as (
              select id from campaign_jobs
              where lower(status) = 'running'
                -- A row that was never locked was claimed by another program, which is gone since we are here.
                and coalesce(locked_at, '-infinity') < now() - ${terms.lease} * interval '1 millisecond'
              for update skip locked
            )
            update campaign_jobs j set
              ${failed(yield* Random.next)},
              last_error = replace(${Lease.lost("%")}, '%', coalesce(processing_server_id, 'that had it'))
            from dead where j.id = dead.id
            returning j.status
          `
        const ended = rows.filter(({ status }) => status === "failed").length
        return { retried: rows.length - ended, failed: ended }
      }).pipe(guard("Jobs.rescue")),

      revive: (campaignId) =>
        sql`
            update campaign_jobs j set status = 'pending', attempts = 0, next_execution_at = null
            from campaigns c
            where c.id = ${campaignId} and lower(c.status) = 'queued' and j.campaign_id = c.id
              and lower(j.status) = 'failed'
            returning j.id
          `.pipe(
          Effect.map((rows) => rows.length),
          Effect.tap(ring),
          guard("Jobs.revive")
        ),

      standings: (campaignId) =>
        sql<Standing & { id: JobId }>`
            select j.id, lower(j.status) as status, j.last_error from campaign_jobs j where j.campaign_id = ${campaignId}
          `.pipe(
          Effect.map((rows) => new Map(rows.map(({ id, lastError, status }) => [id, { lastError, status }]))),
          guard("Jobs.standings")
        ),

      page: (filter, request) =>
        Effect.gen(function* () {
          const after = yield* Page.position(Page.AgeKey, request)
          const rows = yield* sql<{ age: string }>`
              select ${sql.literal(columns)}, j.created_at::text as age from campaign_jobs j
              where ${sql.and([
                sql`true`,
                ...(filter.campaignId === undefined ? [] : [sql`j.campaign_id = ${filter.campaignId}`]),
                ...(filter.status === undefined ? [] : [sql`lower(j.status) = ${filter.status}`]),
                ...(after === null
                  ? []
                  : [sql`(j.created_at, j.id) > (${after[0]}::text::timestamptz, ${after[1]}::uuid)`])
              ])} ${ofOwned(sql, yield* Reach, "j.campaign_id")}
              order by j.created_at, j.id limit ${Page.pageSize(request) + 1}
            `
          const jobs = yield* decode(rows)
          const ages = new Map(jobs.map((job, i) => [job, rows[i]!.age]))
          return Page.page(jobs, request, (job): Page.AgeKey => [ages.get(job) ?? "", job.id])
        }).pipe(guard("Jobs.page")),

      // Behind a pooler in transaction mode a LISTEN stays with a connection that is somebody else's a moment later:
      // there, workers find their jobs by looking.
      wakes: sql.config.prepare === false ? Stream.never : bell.listen(sql)
    })
  })
)

const columns = `
  j.id, j.campaign_id, j.job_type,
  -- A state of another program that ours does not have is over.
  case when lower(j.status) in (${JobStatus.literals.map((status) => `'${status}'`).join(", ")}) then lower(j.status) else 'completed' end as status, j.scheduled_at, coalesce(j.attempts, 0) as attempts,
  coalesce(j.max_attempts, ${Lease.maxAttempts}) as max_attempts, j.last_attempted_at, j.last_error,
  j.processing_server_id, j.created_at, j.updated_at, j.job_payload, j.next_execution_at, j.locked_at, j.locked_by
`

/** A word of ours as a list to be compared with, in every way in which it may be spelt. */
const spelt = (word: CampaignStatus) =>
  `(${Vocabulary.spellings(word)
    .map((spelling) => `'${spelling}'`)
    .join(", ")})`

const decode = Schema.decodeUnknownEffect(Schema.Array(Job))
