import { AuthAuditEntry } from "@domainflow/core/auth/AuthAuditEntry"
import {
  type AuthEvent,
  AuthLog,
  type AuthLogFilter,
  chain,
  lineOf,
  PageKey,
  pageKey
} from "@domainflow/core/auth/AuthLog"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as Trail from "../audit/Trail.ts"
import { guard } from "../Store.ts"

/** Writes an event in the transaction of what happened: last in it, and after the line of `audit_logs` where there is one. */
export const append = (
  sql: SqlClient.SqlClient,
  event: AuthEvent
): Effect.Effect<AuthAuditEntry, SqlError.SqlError | Schema.SchemaError> => {
  const { formerUserId, userId, whom } = Trail.ofWhom(sql, event.userId)
  return Trail.append(
    sql,
    trail,
    event.userId,
    sql`
      ${whom}
      insert into auth.auth_audit_log as e
        (user_id, former_user_id, session_id, event_type, event_status, ip_address, user_agent, session_fingerprint,
          security_flags, details, risk_score, created_at)
      values (
        ${userId}, ${formerUserId}, ${event.sessionId ?? null}, ${event.eventType}, ${event.eventStatus},
        ${event.client.ip}::inet,
        ${event.client.userAgent === null ? null : Storable.text(event.client.userAgent)},
        (select session_fingerprint from auth.sessions where id = ${event.sessionId ?? null}),
        ${JSON.stringify(event.securityFlags ?? {})}::text::jsonb,
        ${event.details == null ? null : JSON.stringify(Storable.json(event.details))}::text::jsonb,
        ${event.riskScore ?? 0},
        date_trunc('milliseconds', clock_timestamp() at time zone 'utc')
      )
      returning ${sql.literal(columns)}
    `
  )
}

export const layer = Layer.effect(
  AuthLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const read = (filter: AuthLogFilter, from: Option.Option<{ before: bigint } | { after: bigint }>, size: number) =>
      sql`
        select ${sql.literal(columns)} from auth.auth_audit_log e
        where ${sql.and([
          sql`true`,
          ...(filter.userId === undefined
            ? []
            : [sql`(e.user_id = ${filter.userId} or e.former_user_id = ${filter.userId})`]),
          ...(filter.eventType === undefined ? [] : [sql`e.event_type = ${filter.eventType}`]),
          ...(filter.riskScore === undefined ? [] : [sql`e.risk_score >= ${filter.riskScore}`]),
          ...Option.match(from, {
            onNone: () => [],
            onSome: (at) => ["before" in at ? sql`e.id < ${at.before}` : sql`e.id > ${at.after}`]
          })
        ])}
        order by e.id ${sql.literal(Option.exists(from, (at) => "after" in at) ? "asc" : "desc")}
        limit ${size}
      `.pipe(Effect.flatMap(Schema.decodeUnknownEffect(Schema.Array(AuthAuditEntry))))

    return AuthLog.of({
      append: (event) =>
        (Trail.isSealed(sql) ? sql.withTransaction(append(sql, event)) : append(sql, event)).pipe(
          Effect.asVoid,
          guard("AuthLog.append")
        ),

      page: Effect.fnUntraced(function* (filter, request) {
        const before = yield* Page.position(PageKey, request)
        const from = Option.map(Option.fromNullishOr(before), (id) => ({ before: id }))
        return Page.page(yield* read(filter, from, Page.pageSize(request) + 1), request, pageKey)
      }, guard("AuthLog.page")),

      stream: (filter = {}, after = 0n) =>
        Stream.paginate(after, (last) =>
          read(filter, Option.some({ after: last }), streamPage).pipe(
            guard("AuthLog.stream"),
            Effect.map((page) => [page, page.length < streamPage ? Option.none() : Option.some(page.at(-1)!.id)])
          )
        ),

      verify: (checkpoint = null) =>
        Trail.verify(sql, trail, checkpoint).pipe(guard("AuthLog.verify", { unhurried: true }))
    })
  })
)

const streamPage = 1_000

const columns = `
  e.id, coalesce(e.user_id, e.former_user_id) as user_id, e.session_id, e.event_type, e.event_status, e.ip_address,
  e.user_agent, e.session_fingerprint, e.security_flags, e.details, e.risk_score, e.created_at
`

/** Its table, its seals, and what they cover. */
export const trail: Trail.Trail<AuthAuditEntry> = {
  chain,
  entries: "auth.auth_audit_log",
  seals: "auth.auth_audit_log_seals",
  columns,
  order: "e.id",
  lock: 4_070_002,
  decode: Schema.decodeUnknownEffect(AuthAuditEntry),
  line: lineOf,
  id: (entry) => entry.id
}
