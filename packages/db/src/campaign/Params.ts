import type { UserId } from "@domainflow/core/auth/UserId"
import type { Campaign } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { CampaignParams } from "@domainflow/core/campaign/CampaignParams"
import type { HttpSettings, Settings } from "@domainflow/core/campaign/Change"
import type { Draft } from "@domainflow/core/campaign/Draft"
import * as Storable from "@domainflow/core/Storable"
import { Array, Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { ofOwned } from "../auth/within.ts"
import * as Json from "../Json.ts"

/** The parameters of a campaign, from whichever of the three tables has them. */
export const find = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, id: CampaignId, reach: UserId | null) {
  const tables = {
    domain_generation: sql`select *, 'domain_generation' as "_tag" from domain_generation_campaign_params`,
    dns_validation: sql`select *, 'dns_validation' as "_tag" from dns_validation_params`,
    http_keyword_validation: sql`select *, 'http_keyword_validation' as "_tag" from http_keyword_campaign_params`
  } satisfies Record<CampaignParams["_tag"], unknown>
  for (const select of Object.values(tables)) {
    const [row] = yield* sql`${select} where campaign_id = ${id} ${ofOwned(sql, reach, "campaign_id")}`
    if (row !== undefined) return yield* decode(row)
  }
  return null
})

/** How many names a campaign gives beyond those that its counters tell (migration 0021). */
export const uncounted = (sql: SqlClient.SqlClient, id: CampaignId): Effect.Effect<bigint, SqlError.SqlError> =>
  Effect.map(
    sql<{ uncountedItems: bigint }>`
      select uncounted_items from domain_generation_campaign_params where campaign_id = ${id}
      union all
      select uncounted_items from dns_validation_params where campaign_id = ${id}
    `,
    ([params]) => params?.uncountedItems ?? 0n
  )

/** Keeps what a draft says; a generation campaign's range begins at `start`. */
export const insert = (sql: SqlClient.SqlClient, { from, id, params }: Draft, start: bigint) => {
  switch (params._tag) {
    case "domain_generation":
      return sql`
        insert into domain_generation_campaign_params (
          campaign_id, pattern_type, variable_length, character_set, constant_string, tld, num_domains_to_generate,
          total_possible_combinations, start_offset, current_offset
        ) values (
          ${id}, ${params.patternType}, ${params.variableLength}, ${params.characterSet}, ${params.constantString},
          ${params.tld}, ${params.numDomainsToGenerate}, ${from._tag === "Reservation" ? from.size : 0n}::bigint,
          ${start}::bigint, ${start}::bigint
        )
      `
    case "dns_validation":
      return sql`
        insert into dns_validation_params (
          campaign_id, source_generation_campaign_id, persona_ids, rotation_interval_seconds, processing_speed_per_minute,
          batch_size, retry_attempts, chaining, metadata
        ) values (
          ${id}, ${params.sourceGenerationCampaignId}, ${params.personaIds}::uuid[], ${params.rotationIntervalSeconds},
          ${params.processingSpeedPerMinute}, ${params.batchSize}, ${params.retryAttempts}, ${params.chaining},
          ${Json.orNull(params.metadata)}::text::jsonb
        )
      `
    case "http_keyword_validation":
      return sql`
        insert into http_keyword_campaign_params (
          campaign_id, source_campaign_id, source_type, persona_ids, keyword_set_ids, ad_hoc_keywords, proxy_ids,
          proxy_selection_strategy, rotation_interval_seconds, processing_speed_per_minute, batch_size, retry_attempts,
          target_http_ports, chaining, metadata
        ) values (
          ${id}, ${params.sourceCampaignId}, ${params.sourceType}, ${params.personaIds}::uuid[],
          ${params.keywordSetIds}::uuid[], ${Array.map(params.adHocKeywords, Storable.text)}::text[], ${params.proxyIds}::uuid[],
          ${params.proxySelectionStrategy}, ${params.rotationIntervalSeconds}, ${params.processingSpeedPerMinute},
          ${params.batchSize}, ${params.retryAttempts}, ${params.targetHttpPorts}::int[], ${params.chaining},
          ${Json.orNull(params.metadata)}::text::jsonb
        )
      `
  }
}

/** Changes the settings that are given. */
export const update = (
  sql: SqlClient.SqlClient,
  { campaignType, id }: Pick<Campaign, "campaignType" | "id">,
  settings: Settings
) => {
  /** A column as it is asked to be, or as it is. */
  const set = (column: string, value: unknown, type: string) =>
    value === undefined ? sql.literal(column) : sql`${value}::${sql.literal(type)}`
  const paced = sql`
    persona_ids = ${set("persona_ids", settings.personaIds, "uuid[]")},
    rotation_interval_seconds = ${set("rotation_interval_seconds", settings.rotationIntervalSeconds, "int")},
    processing_speed_per_minute = ${set("processing_speed_per_minute", settings.processingSpeedPerMinute, "int")},
    batch_size = ${set("batch_size", settings.batchSize, "int")},
    retry_attempts = ${set("retry_attempts", settings.retryAttempts, "int")},
    chaining = ${set("chaining", settings.chaining, "text")}
  `
  if (campaignType !== "http_keyword_validation")
    return sql`update dns_validation_params set ${paced} where campaign_id = ${id}`
  const { adHocKeywords, keywordSetIds, proxyIds, proxySelectionStrategy, targetHttpPorts } = settings as HttpSettings
  return sql`
    update http_keyword_campaign_params
    set
      ${paced},
      keyword_set_ids = ${set("keyword_set_ids", keywordSetIds, "uuid[]")},
      ad_hoc_keywords = ${set("ad_hoc_keywords", adHocKeywords?.map(Storable.text), "text[]")},
      proxy_ids = ${set("proxy_ids", proxyIds, "uuid[]")},
      proxy_selection_strategy = ${set("proxy_selection_strategy", proxySelectionStrategy, "text")},
      target_http_ports = ${set("target_http_ports", targetHttpPorts, "int[]")}
    where campaign_id = ${id}
  `
}

const decode = Schema.decodeUnknownEffect(CampaignParams)
