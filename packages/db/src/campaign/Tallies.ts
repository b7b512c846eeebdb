import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import * as Tally from "@domainflow/core/campaign/Tally"
import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/**
 * Counts what was new into the campaign. Its status is left alone.
 *
 * It comes after the rows of the batch in their transaction: who counts holds the campaign's row until the commit, and
 * whoever else appends to the campaign waits here, with its rows and their foreign keys written and checked already.
 */
export const count = (
  sql: SqlClient.SqlClient,
  campaignId: CampaignId,
  { failed, successful }: Tally.Tally
): Effect.Effect<unknown, SqlError.SqlError> =>
  sql`select count_campaign(${campaignId}::uuid, ${successful}::bigint, ${failed}::bigint)`

/** How the rows count that a replayed batch added, as a query tells it. */
export interface Kept {
  readonly successful: bigint
  readonly failed: bigint
}

export const ofKept = (
  query: Effect.Effect<ReadonlyArray<Kept>, SqlError.SqlError>
): Effect.Effect<Tally.Tally, SqlError.SqlError> =>
  Effect.map(query, ([kept]) =>
    kept === undefined ? Tally.empty : { successful: Number(kept.successful), failed: Number(kept.failed) }
  )
