import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The queue's own indexes, beyond schema v3. They hold only the jobs that wait, run or failed, so a claim costs the same
 * whatever the table remembers; statuses are read in any case, as older installations wrote them.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create index if not exists campaign_jobs_due on public.campaign_jobs
      (campaign_id, coalesce(next_execution_at, scheduled_at))
    where lower(status) in ('pending', 'queued', 'retry')
  `
  yield* sql`
    create index if not exists campaign_jobs_unfinished on public.campaign_jobs (campaign_id, lower(status))
    where lower(status) in ('running', 'failed')
  `
})
