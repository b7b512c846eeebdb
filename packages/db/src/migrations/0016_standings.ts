import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * One index for the jobs that run and one for those that failed, in place of one for both. Its columns are then all that a
 * count needs, so that it reads the index alone and marks what it finds dead: a claim costs the same after thousands of
 * others, also where a long transaction keeps vacuum from tidying up.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create index if not exists campaign_jobs_running on public.campaign_jobs (campaign_id) where lower(status) = 'running'
  `
  yield* sql`
    create index if not exists campaign_jobs_failed on public.campaign_jobs (campaign_id) where lower(status) = 'failed'
  `
  yield* sql`drop index if exists public.campaign_jobs_unfinished`
})
