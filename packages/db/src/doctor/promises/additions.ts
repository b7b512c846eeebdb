import { index, optional, references, required, type Table, table } from "../Promised.ts"

/** Columns and indexes beyond schema v3, by table; the migrations that add them say why. */
export const parts: Readonly<Record<string, Partial<Pick<Table, "columns" | "indexes">>>> = {
  "public.domain_generation_campaign_params": { columns: { start_offset: required("bigint", "0") } },
  "public.dns_validation_params": {
    columns: {
      last_offset: required("bigint", "-1"),
      highest_offset: required("bigint", "-1"),
      chaining: required("text", "'manual'")
    }
  },
  "public.http_keyword_campaign_params": { columns: { chaining: required("text", "'manual'") } },
  "public.campaigns": { columns: { progress_seq: required("bigint", "0") } },
  "public.dns_validation_results": { indexes: { idx_dns_results_generated_domain_id: index("generated_domain_id") } },
  "public.http_keyword_results": { columns: { fetch_details: optional("jsonb") } },
  "auth.users": { columns: { consecutive_locks: required("integer", "0") } },
  "auth.rate_limits": { columns: { strikes: required("integer", "0") } },
  "auth.sessions": { columns: { rotation_due: required("boolean", "false"), rotated_at: optional("timestamp") } },
  "auth.auth_audit_log": { columns: { former_user_id: optional("uuid") } },
  "public.audit_logs": { columns: { former_user_id: optional("uuid") } }
}

/** Tables beyond schema v3. */
export const tables: ReadonlyArray<Table> = [
  table(
    "auth.known_devices",
    {
      id: required("varchar(64)"),
      user_id: required("uuid"),
      failures: required("integer", "0"),
      last_used_at: required("timestamp")
    },
    {
      foreignKeys: [references("user_id", "auth.users", "cascade")],
      indexes: { idx_known_devices_user_id: index("user_id") }
    }
  ),
  table(
    "auth.auth_audit_log_seals",
    { seq: required("bigint"), entry_id: required("bigint"), mac: required("text") },
    { primaryKey: ["seq"], uniques: [["entry_id"]] }
  ),
  table(
    "public.audit_logs_seals",
    { seq: required("bigint"), entry_id: required("uuid"), mac: required("text") },
    { primaryKey: ["seq"], uniques: [["entry_id"]] }
  ),
  table(
    "public.campaign_progress",
    {
      campaign_id: required("uuid"),
      seq: required("bigint"),
      at: required("timestamptz", "clock_timestamp()"),
      status: required("text"),
      total_items: required("bigint"),
      processed_items: required("bigint"),
      successful_items: required("bigint"),
      failed_items: required("bigint")
    },
    { primaryKey: ["campaign_id", "seq"], foreignKeys: [references("campaign_id", "public.campaigns", "cascade")] }
  ),
  table(
    "public.campaign_paces",
    { campaign_id: required("uuid"), taken_until: required("timestamptz") },
    { primaryKey: ["campaign_id"], foreignKeys: [references("campaign_id", "public.campaigns", "cascade")] }
  )
]
