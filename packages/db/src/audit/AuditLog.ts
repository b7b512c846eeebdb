import type { AuditChange, AuditEntry } from "@domainflow/core/audit/AuditEntry"
import * as Audit from "@domainflow/core/audit/AuditLog"
import { Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/**
 * Writes what changed, signed with the context's `Actor`, in the transaction of the change: a repository calls it last, inside
 * its own `withTransaction`, so that neither is ever stored without the other.
 */
export const append = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  change: AuditChange
): Effect.fn.Return<AuditEntry, SqlError.SqlError> {
  const made = yield* Audit.entry(change)
  yield* sql`
    insert into audit_logs (id, "timestamp", user_id, action, entity_type, entity_id, details, client_ip, user_agent)
    values (${made.id}, ${made.timestamp}, ${made.userId}, ${made.action}, ${made.entityType}, ${made.entityId},
      ${JSON.stringify(made.details)}::text::jsonb, ${made.clientIp}, ${made.userAgent})
  `
  return made
})
