import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Vocabulary from "../Vocabulary.ts"

/**
 * `uncounted_items`: how many names a campaign gives beyond those that its counters tell; negative where they tell too many.
 *
 * Counters are exact from the first batch of ours on. What an older installation counted need not be, and whoever follows such
 * a campaign would have to count its rows at every start: minutes of reading for tens of millions of them. They are counted
 * here once, and from then on counters and this number together say what is there.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const names = sql`
    select g.domain_generation_campaign_id as campaign_id, count(*) as given from public.generated_domains g group by 1
  `
  const resolved = sql`
    select r.dns_campaign_id as campaign_id, count(*) as given from public.dns_validation_results r
    where r.validation_status in ${sql.in(Vocabulary.spellings("Resolved"))} group by 1
  `
  for (const [table, kept] of [
    ["domain_generation_campaign_params", names],
    ["dns_validation_params", resolved]
  ] as const) {
    yield* sql.unsafe(`alter table public.${table} add column if not exists uncounted_items bigint not null default 0`)
    yield* sql`
      update public.${sql(table)} p
      set uncounted_items = really.uncounted
      from (
        select
          c.id,
          coalesce(kept.given, 0) - coalesce(
            -- The newest progress is how a campaign stands, where it has any.
            (
              select n.successful_items from public.campaign_progress n
              where n.campaign_id = c.id order by n.seq desc limit 1
            ),
            c.successful_items,
            0
          ) as uncounted
        from public.campaigns c
        left join (${kept}) kept on kept.campaign_id = c.id
      ) really
      where p.campaign_id = really.id and really.uncounted <> 0
    `
  }
})
