import type { UserId } from "@domainflow/core/auth/UserId"
import type { SqlClient } from "effect/sql"

/** Narrows a query on `campaigns` to those that the operation reaches; see `Reach`. Everyone's, where that is null. */
export const owned = (sql: SqlClient.SqlClient, reach: UserId | null) =>
  reach === null ? sql`` : sql`and user_id = ${reach}`

/** Narrows a query on what belongs to a campaign, which `column` names. */
export const ofOwned = (sql: SqlClient.SqlClient, reach: UserId | null, column: string) =>
  reach === null
    ? sql``
    : sql`and exists (select from campaigns owned where owned.id = ${sql(column)} and owned.user_id = ${reach})`
