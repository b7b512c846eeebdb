import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The queue's own indexes, beyond schema v3. They hold only the jobs that wait, run or failed, so a claim costs the same
 * whatever the table remembers; statuses are read in any case, as older installations wrote them.
 *
 * Moves of a campaign ring the workers' bell, whoever makes them: a start, a pause and a cancellation are felt at once.
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

  yield* sql`
    create or replace function public.ring_on_campaign_move() returns trigger language plpgsql as $$
    begin
      perform pg_notify('domainflow_jobs', new.id::text);
      return null;
    end $$
  `
  yield* sql`
    create or replace trigger ring_on_campaign_move
      after update of status on public.campaigns
      for each row when (old.status is distinct from new.status)
      execute function public.ring_on_campaign_move()
  `
})
