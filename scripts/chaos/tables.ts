import { Effect } from "effect"
import type { SqlClient } from "effect/sql"

/** Each row of each table as text, in order. */
export type Tables = Readonly<Record<string, ReadonlyArray<string>>>

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

/** What one run has and another has not, a line for each table; and the number of rows that were compared. */
export const compare = (left: Tables, expected: Tables) => {
  const differences: Array<string> = []
  let rows = 0
  for (const [table, wanted] of Object.entries(expected)) {
    const found = left[table] ?? []
    rows += found.length
    if (found.length === wanted.length && found.every((row, i) => row === wanted[i])) continue
    const [missing, extra] = [without(wanted, found), without(found, wanted)]
    differences.push(
      `${table}: ${found.length} rows instead of ${wanted.length}; missing ${missing.slice(0, 3).join(" ")}; extra ${extra.slice(0, 3).join(" ")}`
    )
  }
  return { differences, rows }
}

/** Of these rows the ones that the others do not have, or not as often. */
const without = (rows: ReadonlyArray<string>, others: ReadonlyArray<string>) => {
  const left = Map.groupBy(others, (row) => row)
  return rows.filter((row) => left.get(row)?.pop() === undefined)
}

/** What must hold in one run by itself. */
export const broken = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const wrong: Array<string> = []
    for (const [law, query] of Object.entries(laws)) {
      const rows = yield* sql.unsafe(query)
      if (rows.length > 0) wrong.push(`${law}: not so in ${rows.length} rows`)
    }
    return wrong
  })

const queries = {
  campaigns: `select campaign_type, status, total_items, processed_items, successful_items, failed_items,
    progress_percentage, error_message, started_at is not null as began, completed_at is not null as ended from campaigns`,
  generated_domains: "select domain_name, source_keyword, source_pattern, tld, offset_index from generated_domains",
  domain_generation_config_states:
    "select config_hash, last_offset, config_details from domain_generation_config_states",
  domain_generation_campaign_params:
    "select start_offset, current_offset, total_possible_combinations from domain_generation_campaign_params",
  dns_validation_params: "select last_offset, highest_offset, chaining from dns_validation_params",
  dns_validation_results: `select r.domain_name, g.offset_index, validation_status, dns_records->'ips' as ips,
    dns_records->>'rcode' as rcode, dns_records->'cname' as cname, dns_records->'wildcard' as wildcard
    from dns_validation_results r left join generated_domains g on g.id = r.generated_domain_id`,
  http_keyword_campaign_params: "select last_processed_domain_name, chaining from http_keyword_campaign_params",
  http_keyword_results: `select h.domain_name, r.domain_name as dns_name, h.validation_status, http_status_code, page_title,
    extracted_content_snippet, content_hash, response_headers, fetch_details->'port' as port, fetch_details->'urls' as urls,
    (select jsonb_agg(k - 'keywordSetId') from jsonb_array_elements(found_keywords_from_sets) k) as keywords
    from http_keyword_results h left join dns_validation_results r on r.id = h.dns_result_id`,
  campaign_jobs: "select job_type, status, job_payload, last_error from campaign_jobs",
  audit_logs: `select a.entity_type, a.action, c.campaign_type, a.details->>'from' as "from", a.details->>'to' as "to"
    from audit_logs a left join campaigns c on c.id = a.entity_id`,
  personas: "select name, persona_type, config_details, is_enabled from personas",
  keyword_sets: "select name, is_enabled from keyword_sets",
  proxies: "select name from proxies"
}

/** Tables whose rows differ from run to run; what must hold of them is a law. */
const byLaw = ["campaign_progress", "campaign_paces", "audit_logs_seals", "domainflow_migrations"]

const results: Readonly<Record<string, readonly [table: string, column: string, success: string]>> = {
  dns_validation: ["dns_validation_results", "dns_campaign_id", "validation_status = 'Resolved'"],
  http_keyword_validation: ["http_keyword_results", "http_keyword_campaign_id", "validation_status = 'Success'"],
  domain_generation: ["generated_domains", "domain_generation_campaign_id", "true"]
}

const laws = {
  "every table is compared": `select tablename from pg_tables where schemaname = 'public'
    and tablename <> all (array['${[...Object.keys(queries), ...byLaw].join("','")}'])`,
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
