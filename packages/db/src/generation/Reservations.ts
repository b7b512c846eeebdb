import * as Reservation from "@domainflow/core/generation/Reservation"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import * as Json from "../Json.ts"

/**
 * Takes the next range of an enumeration, in the transaction of the campaign that gets it. From here to its end whoever
 * asks for the same enumeration waits, and a campaign that is not created after all gives everything back.
 */
export const take = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, reservation: Reservation.Reservation) {
  const { configDetails, configHash } = reservation
  const [state] = yield* sql<{ lastOffset: bigint }>`
    insert into domain_generation_config_states (config_hash, last_offset, config_details)
    values (${configHash}, 0, ${Json.text(configDetails)}::text::jsonb)
    -- Changes nothing but takes the lock, which "do nothing" would not.
    on conflict (config_hash) do update set last_offset = domain_generation_config_states.last_offset
    returning last_offset
  `
  const start = state?.lastOffset ?? 0n
  const count = yield* Effect.fromResult(Reservation.grant(reservation, start))
  yield* sql`
    update domain_generation_config_states
    set last_offset = ${start + count}::bigint, updated_at = now()
    where config_hash = ${configHash}
  `
  return { start, count }
})
