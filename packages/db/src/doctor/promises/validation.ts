import { index, optional, references, required, stamped, type Table, table, uuidKey } from "../Promised.ts"

const positive = { least: 1 } as const
const notNegative = { least: 0 } as const

/** Who asks, for what, and what was answered. */
export const validation: ReadonlyArray<Table> = [
  table(
    "public.personas",
    {
      id: uuidKey,
      name: required("text"),
      description: optional("text"),
      persona_type: required("text", null, { words: ["dns", "http"] }),
      config_details: required("jsonb"),
      is_enabled: required("boolean", "true"),
      created_at: required("timestamptz", "now()"),
      updated_at: required("timestamptz", "now()")
    },
    {
      uniques: [["name", "persona_type"]],
      indexes: { idx_personas_type: index("persona_type"), idx_personas_is_enabled: index("is_enabled") },
      triggers: { set_timestamp_personas: stamped }
    }
  ),
  table(
    "public.keyword_sets",
    {
      id: uuidKey,
      name: required("text"),
      description: optional("text"),
      rules: required("jsonb", "'[]'"),
      is_enabled: required("boolean", "true"),
      created_at: required("timestamptz", "now()"),
      updated_at: required("timestamptz", "now()")
    },
    { uniques: [["name"]], triggers: { set_timestamp_keyword_sets: stamped } }
  ),
  table(
    "public.proxies",
    {
      id: uuidKey,
      name: required("text"),
      description: optional("text"),
      address: required("text"),
      protocol: optional("text"),
      username: optional("text"),
      password_hash: optional("text"),
      host: optional("text"),
      port: optional("integer"),
      is_enabled: required("boolean", "true"),
      is_healthy: required("boolean", "true"),
      last_status: optional("text"),
      last_checked_at: optional("timestamptz"),
      latency_ms: optional("integer"),
      city: optional("text"),
      country_code: optional("text"),
      provider: optional("text"),
      created_at: required("timestamptz", "now()"),
      updated_at: required("timestamptz", "now()")
    },
    {
      uniques: [["name"], ["address"]],
      indexes: { idx_proxies_is_enabled: index("is_enabled") },
      triggers: { set_timestamp_proxies: stamped }
    }
  ),
  table(
    "public.dns_validation_params",
    {
      campaign_id: required("uuid"),
      source_generation_campaign_id: optional("uuid"),
      persona_ids: required("uuid[]"),
      rotation_interval_seconds: optional("integer", "0"),
      processing_speed_per_minute: optional("integer", "0"),
      batch_size: optional("integer", "50", positive),
      retry_attempts: optional("integer", "1", notNegative),
      metadata: optional("jsonb")
    },
    {
      primaryKey: ["campaign_id"],
      foreignKeys: [
        references("campaign_id", "public.campaigns", "cascade"),
        references("source_generation_campaign_id", "public.campaigns", "set null")
      ]
    }
  ),
  table(
    "public.dns_validation_results",
    {
      id: uuidKey,
      dns_campaign_id: required("uuid"),
      generated_domain_id: optional("uuid"),
      domain_name: required("text"),
      validation_status: required("text"),
      dns_records: optional("jsonb"),
      validated_by_persona_id: optional("uuid"),
      attempts: optional("integer", "0", notNegative),
      last_checked_at: optional("timestamptz"),
      created_at: required("timestamptz", "now()")
    },
    {
      uniques: [["dns_campaign_id", "domain_name"]],
      foreignKeys: [
        references("dns_campaign_id", "public.campaigns", "cascade"),
        references("generated_domain_id", "public.generated_domains", "set null"),
        references("validated_by_persona_id", "public.personas", "set null")
      ],
      indexes: {
        idx_dns_results_campaign_id: index("dns_campaign_id"),
        idx_dns_results_domain_name: index("domain_name"),
        idx_dns_results_status: index("validation_status")
      }
    }
  ),
  table(
    "public.http_keyword_campaign_params",
    {
      campaign_id: required("uuid"),
      source_campaign_id: required("uuid"),
      source_type: required("text", null, { words: ["DomainGeneration", "DNSValidation"] }),
      persona_ids: required("uuid[]"),
      keyword_set_ids: optional("uuid[]"),
      ad_hoc_keywords: optional("text[]"),
      proxy_ids: optional("uuid[]"),
      proxy_pool_id: optional("uuid"),
      proxy_selection_strategy: optional("text"),
      rotation_interval_seconds: optional("integer", "0"),
      processing_speed_per_minute: optional("integer", "0"),
      batch_size: optional("integer", "10", positive),
      retry_attempts: optional("integer", "1", notNegative),
      target_http_ports: optional("integer[]"),
      last_processed_domain_name: optional("text"),
      metadata: optional("jsonb")
    },
    {
      primaryKey: ["campaign_id"],
      foreignKeys: [
        references("campaign_id", "public.campaigns", "cascade"),
        references("source_campaign_id", "public.campaigns", "cascade")
      ]
    }
  ),
  table(
    "public.http_keyword_results",
    {
      id: uuidKey,
      http_keyword_campaign_id: required("uuid"),
      dns_result_id: optional("uuid"),
      domain_name: required("text"),
      validation_status: required("text"),
      http_status_code: optional("integer"),
      response_headers: optional("jsonb"),
      page_title: optional("text"),
      extracted_content_snippet: optional("text"),
      found_keywords_from_sets: optional("jsonb"),
      found_ad_hoc_keywords: optional("jsonb"),
      content_hash: optional("text"),
      validated_by_persona_id: optional("uuid"),
      used_proxy_id: optional("uuid"),
      attempts: optional("integer", "0"),
      last_checked_at: optional("timestamptz"),
      created_at: required("timestamptz", "now()")
    },
    {
      uniques: [["http_keyword_campaign_id", "domain_name"]],
      foreignKeys: [
        references("http_keyword_campaign_id", "public.campaigns", "cascade"),
        references("dns_result_id", "public.dns_validation_results", "set null"),
        references("validated_by_persona_id", "public.personas", "set null"),
        references("used_proxy_id", "public.proxies", "set null")
      ],
      indexes: {
        idx_http_results_campaign_id: index("http_keyword_campaign_id"),
        idx_http_results_domain_name: index("domain_name"),
        idx_http_results_status: index("validation_status"),
        idx_http_keyword_results_dns_result_id: index("dns_result_id")
      }
    }
  )
]
