import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Two columns beyond schema v3, so that a campaign knows where it begins and where it goes on.
 *
 * `start_offset`: where the range begins that a generation campaign has reserved. The schema keeps only the offset it has
 * come to, and two campaigns of one configuration must not overlap.
 *
 * `last_offset`: every name of the source up to it has its answer, -1 before the first. Without it a DNS campaign of millions
 * would look for its place by an anti-join at every start.
 *
 * Campaigns that exist are given what their rows tell.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    alter table public.domain_generation_campaign_params
    add column if not exists start_offset bigint not null default 0
  `
  yield* sql`
    update public.domain_generation_campaign_params p
    set start_offset = coalesce(
      (
        select min(g.offset_index) from public.generated_domains g
        where g.domain_generation_campaign_id = p.campaign_id
      ),
      p.current_offset
    )
  `

  yield* sql`
    alter table public.dns_validation_params
    add column if not exists last_offset bigint not null default -1
  `
  yield* sql`
    update public.dns_validation_params p
    set last_offset = coalesce(
      (
        select min(g.offset_index) - 1 from public.generated_domains g
        where g.domain_generation_campaign_id = p.source_generation_campaign_id
          and not exists (
            select from public.dns_validation_results r
            where r.dns_campaign_id = p.campaign_id
              and r.domain_name = g.domain_name
              and lower(r.validation_status) <> 'pending'
          )
      ),
      (
        select max(g.offset_index) from public.generated_domains g
        where g.domain_generation_campaign_id = p.source_generation_campaign_id
      ),
      -1
    )
  `
})
