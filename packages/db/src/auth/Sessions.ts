import { SecurityFlags } from "@domainflow/core/auth/AuthAuditEntry"
import { unknown } from "@domainflow/core/auth/Client"
import { devicesPerUser, rotationGraceSeconds, sessionHours, sessionsPerUser } from "@domainflow/core/auth/limits"
import { Session, type SessionId } from "@domainflow/core/auth/Session"
import { endEvents, Sessions } from "@domainflow/core/auth/Sessions"
import { UserId } from "@domainflow/core/auth/UserId"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { guard, once } from "../Store.ts"
import * as AuthLog from "./AuthLog.ts"
import { endSessions, holdUser } from "./governing.ts"

export const layer = Layer.effect(
  Sessions,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** A session that an earlier try may have stored: its id was drawn before any. */
    const kept = (id: SessionId) => sql`select * from auth.sessions where id = ${id}`

    return Sessions.of({
      open: ({ client, deviceId, id, isKnownDevice, passwordHash, userId }) =>
        Effect.gen(function* () {
          // What was proved a moment ago may not hold any more. The lock lets one login of a user in at a time.
          const [open] = yield* sql`
            select id from auth.users
            where id = ${userId} and password_hash = ${Redacted.value(passwordHash)} and coalesce(is_active, true)
              and not (coalesce(is_locked, false) and coalesce(locked_until > now() at time zone 'utc', true))
              and (${isKnownDevice} or coalesce(locked_until <= now() at time zone 'utc', true))
            for no key update
          `
          if (open === undefined) return null
          const rows = yield* sql`
            insert into auth.sessions
              (id, user_id, ip_address, user_agent, screen_resolution, is_active, expires_at, last_activity_at, created_at)
            select ${id}, ${userId}, ${client.ip}::inet, ${client.userAgent}, ${client.screenResolution}, true,
              moment + ${sessionHours} * interval '1 hour', moment, moment
            from (select clock_timestamp() at time zone 'utc' as moment) t
            returning *
          `
          yield* sql`
            update auth.sessions set is_active = false
            where id in (
              select id from auth.sessions
              where user_id = ${userId} and is_active and rotated_at is null
              order by created_at desc nulls last, id offset ${sessionsPerUser}
            )
          `
          if (deviceId !== null)
            yield* sql`
              with used as (
                insert into auth.known_devices (id, user_id, last_used_at)
                values (${deviceId}, ${userId}, clock_timestamp() at time zone 'utc')
                on conflict (id) do update set failures = 0, last_used_at = excluded.last_used_at
              )
              delete from auth.known_devices where id in (
                select id from auth.known_devices
                where user_id = ${userId} and id <> ${deviceId}
                order by last_used_at desc offset ${devicesPerUser - 1}
              )
            `
          yield* sql`
            update auth.users set
              last_login_at = now() at time zone 'utc', last_login_ip = ${client.ip}::inet,
              is_locked = false, locked_until = null, failed_login_attempts = 0, consecutive_locks = 0
            where id = ${userId}
          `
          yield* AuthLog.append(sql, {
            eventType: "login",
            eventStatus: "success",
            userId,
            sessionId: id,
            client
          })
          return yield* decodeSession(rows[0])
        }).pipe(
          sql.withTransaction,
          once(Effect.flatMap(kept(id), ([row]) => (row === undefined ? Effect.undefined : decodeSession(row)))),
          guard("Sessions.open")
        ),

      validate: (id, client, bound) =>
        sql`
          -- Looked up rather than joined: the planner takes a function for a thousand rows, and would read all users for them.
          select
            v.*,
            coalesce(
              (select u.must_change_password from auth.users u where u.id = v.user_id), false
            ) as must_change_password,
            coalesce((select s.rotation_due from auth.sessions s where s.id = ${id}), false) as rotation_due
          from auth.validate_session_security(
            ${id}, ${client.ip}::inet, ${client.userAgent}, ${bound.ip}, ${bound.userAgent}
          ) v
        `.pipe(
          Effect.flatMap(([row]) => decodeValidation(row)),
          guard("Sessions.validate")
        ),

      rotate: (id, to) =>
        Effect.gen(function* () {
          yield* holdHolder(sql, id)
          const [old] = yield* sql`
            select id from auth.sessions
            where id = ${id} and is_active and rotated_at is null and expires_at > now() at time zone 'utc'
          `
          if (old === undefined) return false
          yield* sql`
            insert into auth.sessions
              (id, user_id, ip_address, user_agent, screen_resolution, is_active, expires_at, last_activity_at, created_at)
            select ${to}, user_id, ip_address, user_agent, screen_resolution, true, expires_at, last_activity_at, created_at
            from auth.sessions where id = ${id}
          `
          yield* sql`
            update auth.sessions set
              rotation_due = false,
              rotated_at = now() at time zone 'utc',
              expires_at = least(
                expires_at,
                now() at time zone 'utc' + ${rotationGraceSeconds} * interval '1 second'
              )
            where id = ${id}
          `
          return true
        }).pipe(
          sql.withTransaction,
          once(Effect.map(kept(to), (rows) => rows.length > 0 || undefined)),
          guard("Sessions.rotate")
        ),

      end: (id, reason, client) =>
        Effect.gen(function* () {
          yield* holdHolder(sql, id)
          // What it was rotated from, or to, has all but the id in common with it, and goes with it.
          const [ended] = yield* sql<{ userId: UserId }>`
            with ended as (
              select user_id, created_at from auth.sessions
              where id = ${id} and is_active and expires_at > now() at time zone 'utc'
            )
            update auth.sessions s set is_active = false
            where s.is_active and (s.id = ${id} or (s.user_id, s.created_at) = (select user_id, created_at from ended))
            returning s.user_id
          `
          if (ended === undefined) return false
          yield* AuthLog.append(sql, {
            eventType: endEvents[reason],
            eventStatus: "success",
            userId: ended.userId,
            sessionId: id,
            client,
            details: { reason }
          })
          return true
        }).pipe(sql.withTransaction, guard("Sessions.end")),

      endAll: (userId, client) =>
        Effect.gen(function* () {
          yield* holdUser(sql, userId)
          const ended = yield* endSessions(sql, userId, "everywhere", client)
          yield* Effect.forEach(ended, (event) => AuthLog.append(sql, event), { discard: true })
          return ended.length
        }).pipe(sql.withTransaction, guard("Sessions.endAll")),

      of: (userId) =>
        sql`
          select * from auth.sessions
          where user_id = ${userId} and is_active and rotated_at is null and expires_at > now() at time zone 'utc'
          order by created_at desc
        `.pipe(Effect.flatMap(Schema.decodeUnknownEffect(Schema.Array(Session))), guard("Sessions.of")),

      cleanup: Effect.gen(function* () {
        const [row] = yield* sql<{ removed: number }>`select auth.cleanup_expired_sessions() as removed`
        const removed = row?.removed ?? 0
        if (removed > 0)
          yield* AuthLog.append(sql, {
            eventType: "session_cleanup",
            eventStatus: "success",
            userId: null,
            client: unknown,
            details: { removed }
          })
        return removed
      }).pipe(sql.withTransaction, guard("Sessions.cleanup", { unhurried: true }))
    })
  })
)

/** As `holdUser`, of whoever has this session: it may not be ended and rotated at once. */
const holdHolder = (sql: SqlClient.SqlClient, id: SessionId) =>
  sql`
    select u.id from auth.users u
    where u.id = (select s.user_id from auth.sessions s where s.id = ${id})
    for no key update
  `

const decodeSession = Schema.decodeUnknownEffect(Session)

const decodeValidation = Schema.decodeUnknownEffect(
  Schema.Struct({
    isValid: Schema.Boolean,
    userId: Schema.NullOr(UserId),
    securityFlags: SecurityFlags,
    permissions: Schema.Array(Schema.String),
    roles: Schema.Array(Schema.String),
    mustChangePassword: Schema.Boolean,
    rotationDue: Schema.Boolean
  })
)
