import { Paces } from "@domainflow/core/campaign/Paces"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { guard } from "../Store.ts"

export const layer = Layer.effect(
  Paces,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    return Paces.of({
      take: (campaignId, perMinute, count) =>
        sql<{ wait: number }>`
          with place as (
            insert into campaign_paces as p (campaign_id, taken_until)
            -- A campaign that was deleted meanwhile keeps nobody waiting.
            select c.id, clock_timestamp() + ${count}::float8 / ${perMinute}::float8 * interval '1 minute'
            from campaigns c where c.id = ${campaignId}
            on conflict (campaign_id) do update
            -- By the clock of the moment in which the row is ours, after all who came before.
            set taken_until = greatest(p.taken_until, clock_timestamp())
              + ${count}::float8 / ${perMinute}::float8 * interval '1 minute'
            returning taken_until
          )
          select extract(
            epoch from taken_until - ${count}::float8 / ${perMinute}::float8 * interval '1 minute' - clock_timestamp()
          )::float8 * 1000 as wait
          from place
        `.pipe(
          Effect.map(([place]) => Math.max(0, place?.wait ?? 0)),
          guard("Paces.take")
        )
    })
  })
)
