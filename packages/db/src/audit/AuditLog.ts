import { Actor } from "@domainflow/core/audit/Actor"
import { type AuditChange, AuditEntry, AuditEntryId, entityType } from "@domainflow/core/audit/AuditEntry"
import { AuditLog, chain, lineOf } from "@domainflow/core/audit/AuditLog"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { guard, once } from "../Store.ts"
import * as Trail from "./Trail.ts"

/**
 * Writes what changed, signed with the context's `Actor`, in the transaction of the change: a repository calls it last, inside
 * its own `withTransaction`, so that neither is ever stored without the other.
 */
export const append = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  change: AuditChange
): Effect.fn.Return<AuditEntry, SqlError.SqlError | Schema.SchemaError> {
  return yield* write(sql, AuditEntryId.make(yield* Ids.one), change)
})

const write = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  id: AuditEntryId,
  change: AuditChange
): Effect.fn.Return<AuditEntry, SqlError.SqlError | Schema.SchemaError> {
  const actor = yield* Actor
  const { formerUserId, userId, whom } = Trail.ofWhom(sql, actor.userId)
  return yield* Trail.append(
    sql,
    trail,
    actor.userId,
    // By the database's clock, and as finely as it is read again: the seal covers the time.
    sql`
      ${whom}
      insert into audit_logs as e
        (id, "timestamp", user_id, former_user_id, action, entity_type, entity_id, details, client_ip, user_agent)
      values (
        ${id}, date_trunc('milliseconds', clock_timestamp()), ${userId}, ${formerUserId}, ${change.action},
        ${entityType(change.action)}, ${change.entityId},
        ${change.details === undefined ? null : JSON.stringify(Storable.json(change.details))}::text::jsonb,
        ${actor.clientIp}, ${actor.userAgent === null ? null : Storable.text(actor.userAgent)}
      )
      returning ${sql.literal(columns)}
    `
  )
})

export const layer = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return AuditLog.of({
      append: (change) =>
        Effect.flatMap(Ids.one, (id) =>
          sql
            .withTransaction(write(sql, AuditEntryId.make(id), change))
            .pipe(
              once(Effect.map(sql`select id from audit_logs where id = ${id}`, ([line]) => line)),
              Effect.asVoid,
              guard("AuditLog.append")
            )
        ),

      page: Effect.fnUntraced(function* (filter, request) {
        const after = yield* Page.position(AuditEntryId, request)
        const rows = yield* sql`
          select ${sql.literal(columns)} from audit_logs e
          where ${sql.and([
            sql`true`,
            ...(filter.userId === undefined
              ? []
              : [sql`(e.user_id = ${filter.userId} or e.former_user_id = ${filter.userId})`]),
            ...(filter.action === undefined ? [] : [sql`e.action = ${filter.action}`]),
            ...(filter.entityType === undefined ? [] : [sql`e.entity_type = ${filter.entityType}`]),
            ...(filter.entityId === undefined ? [] : [sql`e.entity_id = ${filter.entityId}`]),
            ...(after === null
              ? []
              : [
                  sql`(e."timestamp", e.id) < (select c."timestamp", c.id from audit_logs c where c.id = ${after}::uuid)`
                ])
          ])}
          order by e."timestamp" desc, e.id desc
          limit ${Page.pageSize(request) + 1}
        `
        return Page.page(yield* decodeAll(rows), request, (made) => made.id)
      }, guard("AuditLog.page")),

      verify: (checkpoint = null) =>
        Trail.verify(sql, trail, checkpoint).pipe(guard("AuditLog.verify", { unhurried: true }))
    })
  })
)

const columns = `
  e.id, e."timestamp", coalesce(e.user_id, e.former_user_id) as user_id, e.action, e.entity_type, e.entity_id, e.details,
  e.client_ip, e.user_agent
`

const decodeAll = Schema.decodeUnknownEffect(Schema.Array(AuditEntry))

/** Its table, its seals, and what they cover. */
export const trail: Trail.Trail<AuditEntry> = {
  chain,
  entries: "audit_logs",
  seals: "audit_logs_seals",
  columns,
  order: 'e."timestamp", e.id',
  lock: 4_070_001,
  decode: Schema.decodeUnknownEffect(AuditEntry),
  line: lineOf,
  id: (entry) => entry.id
}
