import type { FunctionDefinition } from "./FunctionDefinition.ts"

/** Writes every change of a campaign's state and counters down, and rings the workers' bell for a move. */
export const writeCampaignProgress: FunctionDefinition = {
  schema: "public",
  name: "write_campaign_progress",
  arguments: "",
  result: "trigger",
  volatility: "volatile",
  body: `
declare
  newest public.campaign_progress;
begin
  -- Here the row is locked: what others have counted is committed, and this statement sees it.
  select * into newest from public.campaign_progress p where p.campaign_id = new.id order by p.seq desc limit 1;
  if newest.seq is not null
    and (old.processed_items, old.successful_items, old.failed_items)
      is not distinct from (new.processed_items, new.successful_items, new.failed_items)
  then
    new.processed_items := newest.processed_items;
    new.successful_items := newest.successful_items;
    new.failed_items := newest.failed_items;
    new.progress_percentage := case
      when newest.processed_items >= coalesce(new.total_items, 0) then 100
      else newest.processed_items * 100.0::float8 / new.total_items
    end;
  end if;
  new.progress_seq := coalesce(newest.seq, old.progress_seq);
  if old.status is distinct from new.status then
    perform pg_notify('domainflow_jobs', '');
  end if;
  -- Not in the trigger's condition: a column that a condition names cannot be given another type.
  if newest.seq is not null
    and (newest.status, newest.total_items, newest.processed_items, newest.successful_items, newest.failed_items)
      = (
        lower(new.status), coalesce(new.total_items, 0), coalesce(new.processed_items, 0),
        coalesce(new.successful_items, 0), coalesce(new.failed_items, 0)
      )
    or newest.seq is null
    and (old.status, old.total_items, old.processed_items, old.successful_items, old.failed_items)
      is not distinct from (new.status, new.total_items, new.processed_items, new.successful_items, new.failed_items)
  then
    return new;
  end if;
  new.progress_seq := new.progress_seq + 1;
  insert into public.campaign_progress
    (campaign_id, seq, status, total_items, processed_items, successful_items, failed_items)
  values (
    new.id, new.progress_seq, lower(new.status), coalesce(new.total_items, 0), coalesce(new.processed_items, 0),
    coalesce(new.successful_items, 0), coalesce(new.failed_items, 0)
  );
  return new;
end
`
}

/**
 * Transactions that may begin beside one that this role may not look into before that counts as staying open: each leaves a
 * version of a campaign's row at most, and 250 make a row of results a third dearer, by the measure of a hundred below.
 */
const unseen = 250

/** Shorter than a lease: whoever takes a job over does not meet the lock of whom it was taken from. */
const longestSilence = "20s"

/** Counts a batch into its campaign. */
export const countCampaign: FunctionDefinition = {
  schema: "public",
  name: "count_campaign",
  arguments: "of_campaign uuid, more_successful bigint, more_failed bigint",
  result: "void",
  volatility: "volatile",
  body: `
declare
  campaign public.campaigns;
  newest public.campaign_progress;
  processed bigint;
begin
  -- Whoever falls silent with the lock, as a machine without power does, holds up nobody for longer than that. A limit that is set stays.
  if current_setting('idle_in_transaction_session_timeout') = '0' then
    perform set_config('idle_in_transaction_session_timeout', '${longestSilence}', true);
  end if;
  -- A lock makes no version. Held until the commit, so that numbers are given in the order of commits; and whoever holds
  -- it sees what all before have kept, also where there is nothing to count.
  select * into campaign from public.campaigns c where c.id = of_campaign for no key update;
  if campaign.id is null or more_successful + more_failed = 0 then
    return;
  end if;
  select * into newest from public.campaign_progress p where p.campaign_id = of_campaign order by p.seq desc limit 1;
  if newest.seq is null then
    newest.seq := campaign.progress_seq;
    newest.processed_items := coalesce(campaign.processed_items, 0);
    newest.successful_items := coalesce(campaign.successful_items, 0);
    newest.failed_items := coalesce(campaign.failed_items, 0);
  end if;
  processed := newest.processed_items + more_successful + more_failed;
  insert into public.campaign_progress
    (campaign_id, seq, status, total_items, processed_items, successful_items, failed_items)
  values (
    of_campaign, newest.seq + 1, lower(campaign.status), coalesce(campaign.total_items, 0), processed,
    newest.successful_items + more_successful, newest.failed_items + more_failed
  );
  -- The campaign's own columns follow at once, unless a transaction has been open for so long that a version a batch would
  -- cost too much; then on these terms: the first batches, then each 32nd part of the campaign, and every 20 seconds. A
  -- hundred versions, which is what they come to in ten minutes, make a row of results an eighth dearer.
  if lower(campaign.status) <> 'running'
    or newest.seq < 32
    or processed >= coalesce(campaign.total_items, 0)
    or (processed - coalesce(campaign.processed_items, 0)) * 32 >= campaign.total_items
    or campaign.updated_at < clock_timestamp() - interval '20 seconds'
    or not exists (
      select from pg_stat_get_activity(null) a
      -- Those of other databases keep no version of ours.
      where a.datid = (select d.oid from pg_database d where d.datname = current_database())
        and (
          a.backend_type = 'client backend' and coalesce(a.backend_xid, a.backend_xmin) is not null
            and a.xact_start < clock_timestamp() - interval '2 seconds'
          -- Of other roles' sessions a role without pg_read_all_stats is not told since when and what they are, but how many
          -- transactions have begun beside them. Those of no user are vacuums, which keep no version.
          or a.xact_start is null and a.usesysid is not null
            and greatest(age(a.backend_xid), age(a.backend_xmin)) > ${unseen}
        )
    )
  then
    update public.campaigns set progress_seq = newest.seq + 1 where id = of_campaign;
  end if;
end
`
}
