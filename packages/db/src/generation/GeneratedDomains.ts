import { Reach } from "@domainflow/core/auth/Reach"
import { GeneratedDomain } from "@domainflow/core/generation/GeneratedDomain"
import { GeneratedDomains, type NameBatch } from "@domainflow/core/generation/GeneratedDomains"
import * as Place from "@domainflow/core/generation/Place"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ofOwned } from "../auth/within.ts"
import * as Tallies from "../campaign/Tallies.ts"
import * as Fence from "../job/fence.ts"
import { believing, byIndex, guard } from "../Store.ts"

export const layer = Layer.effect(
  GeneratedDomains,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    return GeneratedDomains.of({
      append: Effect.fnUntraced(function* (batch) {
        const { campaignId, names, offset } = batch
        const ids = yield* Ids.many(names.length)

        return yield* believing(({ replayed }) =>
          Effect.gen(function* () {
            yield* Fence.hold(sql, "GeneratedDomains.append")
            const successful = yield* replayed
              ? Effect.map(insertNew(sql, batch, ids), ([kept]) => Number(kept?.fresh ?? 0n))
              : Effect.as(insertAll(sql, batch, ids), names.length)
            yield* Tallies.count(sql, campaignId, { successful, failed: 0 })
            yield* advance(sql, campaignId, offset, offset + BigInt(names.length))
            return successful
          }).pipe(sql.withTransaction)
        )
      }, guard("GeneratedDomains.append")),

      // Pages by offset rather than a cursor: a campaign reads for hours, and a cursor would pin a connection and a
      // snapshot for as long.
      stream: (campaignId, after, size = Page.maxPageSize) =>
        Page.rows(
          Place.after(after),
          size,
          ({ id, offsetIndex }): Place.Place => [offsetIndex, id],
          ([offset, id], limit) =>
            Effect.flatMap(Reach, (reach) =>
              sql`
                select * from generated_domains
                where domain_generation_campaign_id = ${campaignId}
                  -- The index knows offsets; the few rows that share one are told apart behind it.
                  and offset_index >= ${offset}::bigint and (offset_index, id) > (${offset}::bigint, ${id}::uuid)
                  ${ofOwned(sql, reach, "domain_generation_campaign_id")}
                order by offset_index, id limit ${limit}
              `.pipe(byIndex(sql), Effect.flatMap(decode), guard("GeneratedDomains.stream"))
            )
        )
    })
  })
)

/**
 * Two array parameters and the rest as scalars: one prepared statement for every size of batch, and the server counts the
 * offset. Rows go in by offset, in every batch: two that overlap wait for each other, never both.
 */
const insertAll = (sql: SqlClient.SqlClient, batch: NameBatch, ids: ReadonlyArray<string>) => sql`
  insert into generated_domains
    (id, domain_generation_campaign_id, domain_name, source_keyword, source_pattern, tld, offset_index)
  select
    name.id, ${batch.campaignId}::uuid, name.domain_name, ${batch.sourceKeyword}::text, ${batch.sourcePattern}::text,
    ${batch.tld}::text, ${batch.offset}::bigint + name.nth - 1
  from unnest(${ids}::uuid[], ${batch.names}::text[]) with ordinality as name (id, domain_name, nth)
`

/** The same for a batch of which some names are there. To look for each of them first costs a fifth of an append. */
const insertNew = (sql: SqlClient.SqlClient, batch: NameBatch, ids: ReadonlyArray<string>) => sql<{ fresh: bigint }>`
  with kept as (
    ${insertAll(sql, batch, ids)}
    on conflict (domain_generation_campaign_id, domain_name) do nothing
    returning 1
  )
  select count(*) as fresh from kept
`

/** A look ahead reads at most so many rows: far more than batches overtake each other by. */
const lookAhead = 100_000

const advance = (sql: SqlClient.SqlClient, campaignId: string, offset: bigint, end: bigint) => sql`
  update domain_generation_campaign_params p
  set current_offset = (
    -- The batch that fills a gap finds the ones that came too early just behind it: as long as the nth name after here
    -- stands n places on, nothing is missing. Sees all who counted before: their campaign's row was ours to wait for.
    select coalesce(max(ahead.offset_index) + 1, here.next)
    from (
      select case
        when ${offset}::bigint <= p.current_offset then greatest(p.current_offset, ${end}::bigint)
        else p.current_offset
      end as next
    ) here
    left join lateral (
      select g.offset_index, row_number() over (order by g.offset_index) as nth
      from generated_domains g
      where g.domain_generation_campaign_id = p.campaign_id and g.offset_index >= here.next
        -- Mostly nothing is just behind, however much others have spelled further on: one look says so.
        and exists (
          select from generated_domains n
          where n.domain_generation_campaign_id = p.campaign_id and n.offset_index = here.next
        )
      order by g.offset_index
      limit ${lookAhead}
    ) ahead on ahead.offset_index = here.next + ahead.nth - 1
    group by here.next
  )
  where p.campaign_id = ${campaignId}
`

const decode = Schema.decodeUnknownEffect(Schema.Array(GeneratedDomain))
