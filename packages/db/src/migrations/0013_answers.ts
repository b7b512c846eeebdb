import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * What keeping answers needs beyond schema v3.
 *
 * `highest_offset`: no name of the source after it has an answer, so questions from there on need no look at the answers.
 * Campaigns that exist are given what their rows tell.
 *
 * `fetch_details`: how the verdict on a page came about: port, URLs, duration, reason.
 *
 * The index serves the foreign key: without it every name of a removed campaign would cost a scan of all answers.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    alter table public.dns_validation_params
    add column if not exists highest_offset bigint not null default -1
  `
  yield* sql`
    update public.dns_validation_params p
    set highest_offset = coalesce(
      (
        select max(g.offset_index)
        from public.dns_validation_results r
        join public.generated_domains g on g.domain_name = r.domain_name
        where r.dns_campaign_id = p.campaign_id
          and g.domain_generation_campaign_id = p.source_generation_campaign_id
      ),
      -1
    )
  `

  yield* sql`alter table public.http_keyword_results add column if not exists fetch_details jsonb`

  yield* sql`
    create index if not exists idx_dns_results_generated_domain_id
    on public.dns_validation_results (generated_domain_id)
  `
})
