import { Actor } from "@domainflow/core/audit/Actor"
import type { AuditChange } from "@domainflow/core/audit/AuditEntry"
import type { AuthEvent } from "@domainflow/core/auth/AuthLog"
import type { Client } from "@domainflow/core/auth/Client"
import type { Grant } from "@domainflow/core/auth/Grant"
import * as Guarded from "@domainflow/core/auth/Guarded"
import type { Permission } from "@domainflow/core/auth/Permission"
import { NotHeld, type RoleName, superAdmin } from "@domainflow/core/auth/Role"
import { LastSuperAdmin, UserNotFound } from "@domainflow/core/auth/User"
import type { UserId } from "@domainflow/core/auth/UserId"
import { Effect, type Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import * as AuthLog from "./AuthLog.ts"

/** Fails unless whoever was granted this holds, now, every right of these roles. */
export const holds = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  grant: Grant<Permission>,
  roles: ReadonlyArray<RoleName>
): Effect.fn.Return<void, NotHeld | SqlError.SqlError> {
  if (grant.userId === null || roles.length === 0) return
  const missing = yield* sql<{ name: string }>`
    select p.name from auth.roles r
    join auth.role_permissions rp on rp.role_id = r.id
    join auth.permissions p on p.id = rp.permission_id
    where r.name in ${sql.in(roles)}
    except
    select p.name from auth.user_roles ur
    join auth.role_permissions rp on rp.role_id = ur.role_id
    join auth.permissions p on p.id = rp.permission_id
    where ur.user_id = ${grant.userId} and (ur.expires_at is null or ur.expires_at > now() at time zone 'utc')
    order by name
  `
  if (missing.length > 0) return yield* new NotHeld({ missing: missing.map(({ name }) => name) })
})

/** Locks the account of someone who may be governed by this grant: one whose rights are no more than the holder's. */
export const governed = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  grant: Grant<Permission>,
  userId: UserId
): Effect.fn.Return<void, UserNotFound | NotHeld | SqlError.SqlError> {
  const [found] = yield* holdUser(sql, userId)
  if (found === undefined) return yield* new UserNotFound({ userId })
  const roles = yield* sql<{ name: RoleName }>`
    select r.name from auth.user_roles ur
    join auth.roles r on r.id = ur.role_id
    where ur.user_id = ${userId} and (ur.expires_at is null or ur.expires_at > now() at time zone 'utc')
  `
  yield* holds(
    sql,
    grant,
    roles.map(({ name }) => name)
  )
})

/**
 * Whoever opens, rotates or ends someone's sessions, or changes what they may, waits here for the one before: the statements
 * that follow see what that one did. Lines of the trails may be written meanwhile, so nobody waits for each other in a ring.
 */
export const holdUser = (sql: SqlClient.SqlClient, userId: UserId) =>
  sql`select id from auth.users where id = ${userId} for no key update`

/** Everyone who changes who is super_admin waits here for the one before: the statements that follow see what that one did. */
export const holdSuperAdmins = (sql: SqlClient.SqlClient) =>
  sql`select id from auth.roles where name = ${superAdmin} for update`

/** Fails if nobody would be left who can do everything, for good, once this one cannot. Hold the super_admins first. */
export const spare = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  userId: UserId
): Effect.fn.Return<void, LastSuperAdmin | SqlError.SqlError> {
  const [left] = yield* sql<{ isOne: boolean; isAnother: boolean }>`
    select
      coalesce(bool_or(ur.user_id = ${userId}), false) as is_one,
      coalesce(bool_or(
        ur.user_id <> ${userId} and ur.expires_at is null
        and coalesce(u.is_active, true) and not coalesce(u.is_locked, false)
      ), false) as is_another
    from auth.user_roles ur
    join auth.roles r on r.id = ur.role_id
    join auth.users u on u.id = ur.user_id
    where r.name = ${superAdmin} and (ur.expires_at is null or ur.expires_at > now() at time zone 'utc')
  `
  if (left?.isOne === true && !left.isAnother) return yield* new LastSuperAdmin({ userId })
})

/** Ends all of someone's sessions; the events of that are to be written last. */
export const endSessions = (sql: SqlClient.SqlClient, userId: UserId, reason: string, client: Client) =>
  Effect.map(
    sql<{ id: string }>`
      update auth.sessions set is_active = false where user_id = ${userId} and is_active returning id
    `,
    (ended) =>
      ended.map(
        ({ id: sessionId }): AuthEvent => ({
          eventType: "session_revoked",
          eventStatus: "success",
          userId,
          sessionId,
          client,
          details: { reason }
        })
      )
  )

/** No link that was sent to someone works any more. */
export const voidLinks = (sql: SqlClient.SqlClient, userId: UserId) => sql`
  update auth.password_reset_tokens set used_at = now() at time zone 'utc'
  where user_id = ${userId} and used_at is null
`

/** Someone's rights changed: each of their sessions is to get a new token. */
export const dueForRotation = (sql: SqlClient.SqlClient, userId: UserId) =>
  sql`update auth.sessions set rotation_due = true where user_id = ${userId} and is_active and rotated_at is null`

/** Where the context's actor is calling from. */
export const actorsClient: Effect.Effect<Client> = Effect.map(Actor, (actor) => ({
  ip: actor.clientIp,
  userAgent: actor.userAgent,
  screenResolution: null
}))

/** Writes the lines of a change, signed by the grant's holder: the last thing its transaction does. */
export const record = (
  sql: SqlClient.SqlClient,
  grant: Grant<Permission>,
  change: AuditChange,
  events: ReadonlyArray<AuthEvent>
): Effect.Effect<void, SqlError.SqlError | Schema.SchemaError> =>
  Guarded.as(
    grant,
    Effect.andThen(
      AuditLog.append(sql, change),
      Effect.forEach(events, (event) => AuthLog.append(sql, event), { discard: true })
    )
  )
