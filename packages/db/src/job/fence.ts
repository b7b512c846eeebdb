import * as Fence from "@domainflow/core/job/Fence"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/**
 * Fails where results are kept in the name of a claim that is over; first in the transaction that keeps them. While it
 * lasts nobody takes the job over: rescues and claims pass it by. Its lease can be renewed meanwhile, whatever the results
 * wait for: a stronger lock would hold up the beat for everything that the worker has in hand.
 */
export const hold = (
  sql: SqlClient.SqlClient,
  operation: string
): Effect.Effect<void, SqlError.SqlError | StoreError> =>
  Effect.flatMap(Fence.Fence, (claim) =>
    claim === null
      ? Effect.void
      : sql`
          select from campaign_jobs
          where id = ${claim.id} and locked_by = ${claim.lockedBy} and lower(status) = 'running'
          for key share
        `.pipe(
          Effect.flatMap((rows) => (rows.length === 0 ? Effect.fail(Fence.broken(operation, claim)) : Effect.void))
        )
  )
