import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Indexes for who looks for something in the results of a campaign.
 *
 * Pages by status and name: what is looked for is what few names have, and without an index a page of it would be looked
 * for among all. Statuses are read in any case, as older installations wrote them.
 *
 * Of DNS answers only what is neither `Resolved` nor `Unresolved`: those two are found at every turn, and an index on them
 * would cost each append.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create index if not exists idx_http_results_findings
    on public.http_keyword_results (http_keyword_campaign_id, lower(validation_status), domain_name)
  `
  yield* sql`
    create index if not exists idx_dns_results_rare
    on public.dns_validation_results (dns_campaign_id, lower(validation_status), domain_name)
    where lower(validation_status) not in ('resolved', 'unresolved')
  `
})
