import * as ConfigDetails from "@domainflow/core/generation/ConfigDetails"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Says how many names a generation campaign of an older installation is to spell, where that was never written: it would
 * complete at its start with none, and what was reserved for it would be spelled by nobody.
 *
 * It is what was asked for, or what there is. One that asked for all has what nobody after it holds. Campaigns that have
 * ended stay as they are, and so do those whose pattern cannot be read: they cannot go on.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const campaigns = yield* sql<Campaign>`
    select
      p.campaign_id, p.pattern_type, p.variable_length, p.character_set, p.constant_string, p.tld, p.start_offset,
      greatest(p.num_domains_to_generate, 0) as asked,
      greatest(
        p.start_offset, p.current_offset,
        1 + (
          select max(g.offset_index) from public.generated_domains g
          where g.domain_generation_campaign_id = p.campaign_id
        )
      ) as reached
    from public.domain_generation_campaign_params p
    join public.campaigns c on c.id = p.campaign_id
    where coalesce(c.total_items, 0) <= 0
      and lower(c.status) in ('pending', 'queued', 'running', 'paused', 'failed')
    -- Of two that asked for all, the one that is further has what is left.
    order by p.start_offset desc
  `
  for (const { asked, campaignId, reached, startOffset, ...params } of campaigns) {
    const enumeration = yield* Enumeration.make(params).pipe(Effect.catch(() => Effect.succeed(undefined)))
    if (enumeration === undefined) continue
    const hash = yield* Enumeration.configHash(enumeration)
    const [state] = yield* sql<{ lastOffset: bigint }>`
      insert into public.domain_generation_config_states (config_hash, last_offset, config_details)
      values (${hash}, 0, ${ConfigDetails.canonical(enumeration.configDetails)}::text::jsonb)
      -- Changes nothing but takes the lock.
      on conflict (config_hash) do update set last_offset = domain_generation_config_states.last_offset
      returning last_offset
    `
    const taken = state?.lastOffset ?? 0n
    const wanted = asked > 0 ? startOffset + BigInt(asked) : taken > reached ? reached : enumeration.size
    const end = wanted < enumeration.size ? wanted : enumeration.size
    if (end <= startOffset) continue
    yield* sql`
      update public.domain_generation_config_states set last_offset = ${end}::bigint, updated_at = now()
      where config_hash = ${hash} and last_offset < ${end}::bigint
    `
    const total = end - startOffset
    yield* sql`
      update public.campaigns
      set
        total_items = ${total}::bigint,
        progress_percentage = least(coalesce(processed_items, 0) * 100.0::float8 / ${total}::bigint, 100)
      where id = ${campaignId}
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
  readonly startOffset: bigint
  /** 0: all that is left. */
  readonly asked: number
  /** The first offset after what it has spelled. */
  readonly reached: bigint
}
