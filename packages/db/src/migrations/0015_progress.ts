import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * What watching, pacing and chaining campaigns needs beyond schema v3.
 *
 * `campaign_progress`: every change of a campaign's state or counters, a row a change, written by whoever makes the change and
 * in its transaction. The number comes from the campaign's row, which is locked until the commit: numbers are given in the
 * order of commits, without a gap, so that reading on from a number never misses one that was given earlier. A move rings the
 * workers' bell as well, whoever makes it: a start, a pause and a cancellation are felt at once.
 *
 * `campaign_paces`: until when the places of a campaign's pace are taken.
 *
 * `chaining`: how a campaign follows its source. Campaigns that exist are started by hand, as they were.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`alter table public.campaigns add column if not exists progress_seq bigint not null default 0`
  yield* sql`
    create table if not exists public.campaign_progress (
      campaign_id uuid not null references public.campaigns (id) on delete cascade,
      seq bigint not null,
      at timestamptz not null default clock_timestamp(),
      status text not null,
      total_items bigint not null,
      processed_items bigint not null,
      successful_items bigint not null,
      failed_items bigint not null,
      primary key (campaign_id, seq)
    )
  `
  yield* sql`
    create or replace function public.write_campaign_progress() returns trigger language plpgsql as $$
    begin
      -- Not in the trigger's condition: a column that a condition names cannot be given another type.
      if (old.status, old.total_items, old.processed_items, old.successful_items, old.failed_items)
        is not distinct from (new.status, new.total_items, new.processed_items, new.successful_items, new.failed_items)
      then
        return new;
      end if;
      if old.status is distinct from new.status then
        perform pg_notify('domainflow_jobs', '');
      end if;
      new.progress_seq := old.progress_seq + 1;
      insert into public.campaign_progress
        (campaign_id, seq, status, total_items, processed_items, successful_items, failed_items)
      values (
        new.id, new.progress_seq, lower(new.status), coalesce(new.total_items, 0), coalesce(new.processed_items, 0),
        coalesce(new.successful_items, 0), coalesce(new.failed_items, 0)
      );
      return new;
    end $$
  `
  yield* sql`
    create or replace trigger write_campaign_progress
      before update on public.campaigns
      for each row
      execute function public.write_campaign_progress()
  `

  yield* sql`
    create table if not exists public.campaign_paces (
      campaign_id uuid primary key references public.campaigns (id) on delete cascade,
      taken_until timestamptz not null
    )
  `

  for (const table of ["dns_validation_params", "http_keyword_campaign_params"]) {
    yield* sql.unsafe(`alter table public.${table} add column if not exists chaining text not null default 'manual'`)
  }
})
