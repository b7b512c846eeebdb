import { index, optional, references, required, type Table, table, uuidKey } from "../Promised.ts"

/** Names: how they are spelled, those that were, and how far each configuration has come. */
export const generation: ReadonlyArray<Table> = [
  table(
    "public.domain_generation_campaign_params",
    {
      campaign_id: required("uuid"),
      pattern_type: required("text"),
      variable_length: optional("integer"),
      character_set: optional("text"),
      constant_string: optional("text"),
      tld: required("text"),
      num_domains_to_generate: required("integer"),
      total_possible_combinations: required("bigint"),
      current_offset: required("bigint", "0")
    },
    {
      primaryKey: ["campaign_id"],
      foreignKeys: [references("campaign_id", "public.campaigns", "cascade")]
    }
  ),
  table(
    "public.generated_domains",
    {
      id: uuidKey,
      domain_generation_campaign_id: required("uuid"),
      domain_name: required("text"),
      source_keyword: optional("text"),
      source_pattern: optional("text"),
      tld: optional("text"),
      offset_index: required("bigint", "0"),
      generated_at: required("timestamptz", "now()"),
      created_at: required("timestamptz", "now()")
    },
    {
      uniques: [["domain_generation_campaign_id", "domain_name"]],
      foreignKeys: [references("domain_generation_campaign_id", "public.campaigns", "cascade")],
      indexes: {
        idx_generated_domains_offset: index("domain_generation_campaign_id, offset_index"),
        idx_generated_domains_campaign_id: index("domain_generation_campaign_id"),
        idx_generated_domains_name: index("domain_name")
      }
    }
  ),
  table(
    "public.domain_generation_config_states",
    {
      config_hash: required("text"),
      last_offset: required("bigint"),
      config_details: required("jsonb"),
      updated_at: required("timestamptz", "now()")
    },
    { primaryKey: ["config_hash"] }
  )
]
