import { Effect } from "effect"
import type { SqlClient } from "effect/sql"

/**
 * All that a run has left, each row as text without what differs by nature: ids, times, durations, who did it and after how many
 * tries of the network. Two runs that did the same have equal tables.
 */
export const read = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const found: Record<string, ReadonlyArray<string>> = {}
    for (const [table, query] of Object.entries(queries)) {
      const rows = yield* sql.unsafe<{ row: unknown }>(`select to_jsonb(t) as row from (${query}) t`)
      found[table] = rows.map(({ row }) => JSON.stringify(row)).sort()
    }
    return found
  })

/** What must hold in one run by itself. Each answers the rows that break it. */
export const broken = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const wrong: Array<string> = []
    for (const [law, query] of Object.entries(laws)) {
      const rows = yield* sql.unsafe(query)
      if (rows.length > 0) wrong.push(`${law}: ${rows.length} rows`)
    }
    return wrong
  })

const queries = {
  campaigns: `select campaign_type, status, total_items, processed_items, successful_items, failed_items,
    progress_percentage, error_message, completed_at is not null as ended from campaigns`,
  generated_domains: "select domain_name, source_keyword, source_pattern, tld, offset_index from generated_domains",
  domain_generation_config_states:
    "select config_hash, last_offset, config_details from domain_generation_config_states",
  domain_generation_campaign_params:
    "select start_offset, current_offset, total_possible_combinations from domain_generation_campaign_params",
  dns_validation_results: `select r.domain_name, g.offset_index, validation_status, dns_records->'ips' as ips,
    dns_records->>'rcode' as rcode, dns_records->'cname' as cname
    from dns_validation_results r left join generated_domains g on g.id = r.generated_domain_id`,
  http_keyword_results: `select h.domain_name, r.domain_name as dns_name, h.validation_status, http_status_code, page_title,
    extracted_content_snippet, content_hash, fetch_details->'port' as port
    from http_keyword_results h left join dns_validation_results r on r.id = h.dns_result_id`,
  campaign_jobs: "select job_type, status, job_payload from campaign_jobs",
  audit_logs: `select a.action, c.campaign_type, a.details->>'from' as "from", a.details->>'to' as "to"
    from audit_logs a left join campaigns c on c.id = a.entity_id where a.entity_type = 'campaign'`
}

const results: Readonly<Record<string, readonly [table: string, column: string, success: string]>> = {
  dns_validation: ["dns_validation_results", "dns_campaign_id", "validation_status = 'Resolved'"],
  http_keyword_validation: ["http_keyword_results", "http_keyword_campaign_id", "validation_status = 'Success'"],
  domain_generation: ["generated_domains", "domain_generation_campaign_id", "true"]
}

const laws = {
  ...Object.fromEntries(
    Object.entries(results).map(([type, [table, column, success]]) => [
      `counters of ${type} are what is there`,
      `select c.id from campaigns c where campaign_type = '${type}' and not exists (
        select from ${table} where ${column} = c.id
        having count(*) = c.processed_items and count(*) filter (where ${success}) = c.successful_items
      )`
    ])
  ),
  "processed is successful and failed":
    "select id from campaigns where processed_items <> successful_items + failed_items",
  "progress has no gap": `select campaign_id from campaign_progress p join campaigns c on c.id = p.campaign_id
    group by campaign_id, c.progress_seq having count(*) <> max(seq) or min(seq) <> 1 or max(seq) <> c.progress_seq`,
  "progress never goes back": `select campaign_id from (
      select campaign_id, processed_items, lag(processed_items) over (partition by campaign_id order by seq) as before
      from campaign_progress
    ) p where processed_items < before`,
  "no job is left locked": "select id from campaign_jobs where locked_by is not null"
}
