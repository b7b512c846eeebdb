import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Everything the main job keeps, without what differs from run to run by nature: ids, timestamps and durations. Two runs
 * that kept the same answers have equal tables.
 */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const campaigns = yield* sql`
    select name, campaign_type, status, total_items, processed_items, successful_items, failed_items, progress_percentage,
           error_message
    from campaigns order by campaign_type
  `
  const names = yield* sql`
    select domain_name, source_keyword, source_pattern, tld, offset_index from generated_domains order by offset_index
  `
  const states = yield* sql`select config_hash, last_offset, config_details from domain_generation_config_states`
  const dns = yield* sql`
    select r.domain_name, g.offset_index, validation_status, attempts, dns_records - 'durationMs' as records,
           p.name as persona
    from dns_validation_results r
      left join generated_domains g on g.id = r.generated_domain_id
      left join personas p on p.id = r.validated_by_persona_id
    order by r.domain_name
  `
  const http = yield* sql`
    select h.domain_name, r.domain_name as dns_name, h.validation_status, http_status_code, page_title,
           response_headers, extracted_content_snippet, content_hash, found_ad_hoc_keywords,
           (select jsonb_agg(f.finding - 'keywordSetId' order by f.place)
            from jsonb_array_elements(found_keywords_from_sets) with ordinality f (finding, place)) as findings,
           h.attempts, fetch_details - 'durationMs' as fetch_details, p.name as persona
    from http_keyword_results h
      left join dns_validation_results r on r.id = h.dns_result_id
      left join personas p on p.id = h.validated_by_persona_id
    order by h.domain_name
  `
  return { campaigns, names, states, dns, http }
})
