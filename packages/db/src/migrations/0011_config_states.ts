import * as ConfigDetails from "@domainflow/core/generation/ConfigDetails"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Derives how much of each enumeration has been given away from the campaigns that exist, under the hash of this release:
 * equal exactly where all names are, which others' hashes were not.
 *
 * States under other hashes stay as they are; nobody asks for them. A campaign whose pattern cannot be read reserves nothing.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const campaigns = yield* sql<Campaign>`
    select
      p.campaign_id, p.pattern_type, p.variable_length, p.character_set, p.constant_string, p.tld,
      greatest(
        -- What it was to spell, and what it has come to: neither is to be given away again.
        p.start_offset + greatest(p.num_domains_to_generate, c.total_items, 0),
        p.current_offset,
        1 + (
          select max(g.offset_index) from public.generated_domains g
          where g.domain_generation_campaign_id = p.campaign_id
        )
      ) as taken
    from public.domain_generation_campaign_params p
    join public.campaigns c on c.id = p.campaign_id
  `
  for (const { campaignId, taken, ...params } of campaigns) {
    const enumeration = yield* Enumeration.make(params).pipe(
      Effect.catch(({ message }) =>
        Effect.logWarning(`Generation campaign ${campaignId} cannot go on, its pattern is not understood: ${message}`)
      )
    )
    if (enumeration === undefined) continue
    yield* sql`
      insert into public.domain_generation_config_states (config_hash, last_offset, config_details)
      values (
        ${yield* Enumeration.configHash(enumeration)},
        least(${taken}::bigint, ${enumeration.size}::bigint),
        ${ConfigDetails.canonical(enumeration.configDetails)}::text::jsonb
      )
      on conflict (config_hash) do update
      set last_offset = greatest(domain_generation_config_states.last_offset, excluded.last_offset), updated_at = now()
    `
  }
})

interface Campaign {
  readonly campaignId: string
  readonly patternType: string
  readonly variableLength: number | null
  readonly characterSet: string | null
  readonly constantString: string | null
  readonly tld: string
  /** The first offset after all that is this campaign's. */
  readonly taken: bigint
}
