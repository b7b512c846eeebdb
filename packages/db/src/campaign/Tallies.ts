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
  tally: Tally.Tally
): Effect.Effect<unknown, SqlError.SqlError> => sql`
  update campaigns
  set
    processed_items = coalesce(processed_items, 0) + ${Tally.processed(tally)}::bigint,
    successful_items = coalesce(successful_items, 0) + ${tally.successful}::bigint,
    failed_items = coalesce(failed_items, 0) + ${tally.failed}::bigint,
    progress_percentage = case
      when coalesce(processed_items, 0) + ${Tally.processed(tally)}::bigint >= coalesce(total_items, 0) then 100
      else (coalesce(processed_items, 0) + ${Tally.processed(tally)}::bigint) * 100.0::float8 / total_items
    end
  where id = ${campaignId}
`

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
