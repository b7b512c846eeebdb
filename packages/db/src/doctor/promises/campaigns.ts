import { index, optional, references, required, stamped, type Table, table, uuidKey } from "../Promised.ts"

const positive = { least: 1 } as const
const notNegative = { least: 0 } as const

/** Campaigns of all kinds, the queue of their work and the trail of changes. */
export const campaigns: ReadonlyArray<Table> = [
  table(
    "public.campaigns",
    {
      id: uuidKey,
      name: required("text"),
      campaign_type: required("text", "'domain_generation'", {
        words: ["domain_generation", "dns_validation", "http_keyword_validation"]
      }),
      status: required("text"),
      user_id: optional("uuid"),
      total_items: optional("bigint", "0"),
      processed_items: optional("bigint", "0"),
      successful_items: optional("bigint", "0"),
      failed_items: optional("bigint", "0"),
      progress_percentage: optional("double precision", "0.0"),
      metadata: optional("jsonb"),
      created_at: required("timestamptz", "now()"),
      updated_at: required("timestamptz", "now()"),
      started_at: optional("timestamptz"),
      completed_at: optional("timestamptz"),
      error_message: optional("text")
    },
    {
      foreignKeys: [references("user_id", "auth.users", "set null")],
      indexes: {
        idx_campaigns_status: index("status"),
        idx_campaigns_type: index("campaign_type"),
        idx_campaigns_user_id: index("user_id"),
        idx_campaigns_created_at: index("created_at desc")
      },
      triggers: { set_timestamp_campaigns: stamped }
    }
  ),
  table(
    "public.campaign_jobs",
    {
      id: uuidKey,
      campaign_id: required("uuid"),
      job_type: required("text"),
      status: required("text", "'pending'"),
      scheduled_at: required("timestamptz", "now()"),
      attempts: optional("integer", "0", notNegative),
      max_attempts: optional("integer", "3", positive),
      last_attempted_at: optional("timestamptz"),
      last_error: optional("text"),
      processing_server_id: optional("text"),
      created_at: required("timestamptz", "now()"),
      updated_at: required("timestamptz", "now()"),
      job_payload: optional("jsonb"),
      next_execution_at: optional("timestamptz"),
      locked_at: optional("timestamptz"),
      locked_by: optional("text")
    },
    {
      foreignKeys: [references("campaign_id", "public.campaigns", "cascade")],
      indexes: {
        idx_campaign_jobs_campaign_id: index("campaign_id"),
        idx_campaign_jobs_status_scheduled_at: index("status, scheduled_at"),
        idx_campaign_jobs_type: index("job_type")
      },
      triggers: { set_timestamp_campaign_jobs: stamped }
    }
  ),
  table(
    "public.audit_logs",
    {
      id: uuidKey,
      timestamp: required("timestamptz", "now()"),
      user_id: optional("uuid"),
      action: required("text"),
      entity_type: optional("text"),
      entity_id: optional("uuid"),
      details: optional("jsonb"),
      client_ip: optional("text"),
      user_agent: optional("text")
    },
    {
      foreignKeys: [references("user_id", "auth.users", "set null")],
      indexes: {
        idx_audit_logs_timestamp: index("timestamp desc"),
        idx_audit_logs_user_id: index("user_id"),
        idx_audit_logs_entity_type_id: index("entity_type, entity_id")
      }
    }
  )
]
