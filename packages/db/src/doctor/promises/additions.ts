import { index, optional, references, required, type Table, table } from "../Promised.ts"

/** Columns, indexes and triggers beyond schema v3, by table; the migrations that add them say why. */
export const parts: Readonly<Record<string, Partial<Pick<Table, "columns" | "indexes" | "triggers">>>> = {
  "public.domain_generation_campaign_params": {
    columns: { start_offset: required("bigint", "0"), uncounted_items: required("bigint", "0") }
  },
  "public.dns_validation_params": {
    columns: {
      last_offset: required("bigint", "-1"),
      highest_offset: required("bigint", "-1"),
      uncounted_items: required("bigint", "0"),
      chaining: required("text", "'manual'")
    }
  },
  "public.http_keyword_campaign_params": { columns: { chaining: required("text", "'manual'") } },
  "public.campaigns": {
    columns: { progress_seq: required("bigint", "0") },
    triggers: { write_campaign_progress: { on: "update", calls: "public.write_campaign_progress" } }
  },
  "public.dns_validation_results": {
    indexes: {
      idx_dns_results_generated_domain_id: index("generated_domain_id"),
      idx_dns_results_rare: index(
        "dns_campaign_id, lower(validation_status), domain_name",
        "lower(validation_status) <> all (array['resolved'::text, 'unresolved'::text])"
      )
    }
  },
  "public.http_keyword_results": {
    columns: { fetch_details: optional("jsonb") },
    indexes: {
      idx_http_results_findings: index("http_keyword_campaign_id, lower(validation_status), domain_name")
    }
  },
  "public.campaign_jobs": {
    indexes: {
      campaign_jobs_due: index(
        "campaign_id, coalesce(next_execution_at, scheduled_at)",
        "lower(status) = any (array['pending'::text, 'queued'::text, 'retry'::text])"
      ),
      campaign_jobs_running: index("campaign_id", "lower(status) = 'running'::text"),
      campaign_jobs_failed: index("campaign_id", "lower(status) = 'failed'::text")
    }
  },
  "auth.users": {
    columns: { consecutive_locks: required("integer", "0") },
    indexes: {
      idx_users_email_folded: index("lower((email)::text)"),
      idx_users_verification: index("email_verification_token")
    }
  },
  "auth.password_reset_tokens": { indexes: { idx_password_reset_token_hash: index("token_hash") } },
  "auth.rate_limits": { columns: { strikes: required("integer", "0") } },
  "auth.sessions": { columns: { rotation_due: required("boolean", "false"), rotated_at: optional("timestamp") } },
  "auth.auth_audit_log": {
    columns: { former_user_id: optional("uuid") },
    indexes: { idx_auth_audit_former_user: index("former_user_id") }
  },
  "public.audit_logs": {
    columns: { former_user_id: optional("uuid") },
    indexes: { idx_audit_logs_former_user: index("former_user_id") }
  }
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
