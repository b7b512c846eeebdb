import type { AuditAction } from "@domainflow/core/audit/AuditEntry"
import type { AuthEventType } from "@domainflow/core/auth/AuthAuditEntry"
import type { AuthEvent } from "@domainflow/core/auth/AuthLog"
import type { Grant } from "@domainflow/core/auth/Grant"
import { RoleNotFound } from "@domainflow/core/auth/Role"
import { type Email, EmailTaken, User, UserNotFound } from "@domainflow/core/auth/User"
import { UserId } from "@domainflow/core/auth/UserId"
import { type NewUser, PageKey, pageKey, Users } from "@domainflow/core/auth/Users"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient, type SqlError, type Statement } from "effect/sql"
import { guard, onConstraint, once } from "../Store.ts"
import {
  actorsClient,
  dueForRotation,
  endSessions,
  governed,
  holdSuperAdmins,
  holds,
  record,
  spare,
  voidLinks
} from "./governing.ts"

type Manage = Grant<"users:manage">

export const layer = Layer.effect(
  Users,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** Changes an account and writes it down, inside a transaction that has checked who may. */
    const put = Effect.fnUntraced(function* (
      grant: Manage,
      userId: UserId,
      set: Statement.Fragment,
      written: { readonly action: AuditAction; readonly event?: AuthEventType; readonly details?: Schema.Json },
      ended: ReadonlyArray<AuthEvent> = []
    ) {
      const rows = yield* sql`update auth.users set ${set} where id = ${userId} returning *`
      const client = yield* actorsClient
      const details = written.details ?? null
      const event: ReadonlyArray<AuthEvent> =
        written.event === undefined
          ? []
          : [{ eventType: written.event, eventStatus: "success", userId, client, details }]
      yield* record(sql, grant, { action: written.action, entityId: userId, details }, [...event, ...ended])
      return yield* decodeOne(rows)
    })

    /** Ends what someone has open, if they may be governed and somebody else is left who can do everything. */
    const shutOut = Effect.fnUntraced(function* (grant: Manage, userId: UserId, reason: string) {
      yield* holdSuperAdmins(sql)
      yield* governed(sql, grant, userId)
      yield* spare(sql, userId)
      return yield* endSessions(sql, userId, reason, yield* actorsClient)
    })

    /** The lines of the trails go on saying of whom they speak, in a column that needs no account. */
    const keepName = (userId: UserId) =>
      Effect.andThen(
        sql`update auth.auth_audit_log set former_user_id = user_id, user_id = null where user_id = ${userId}`,
        sql`update audit_logs set former_user_id = user_id, user_id = null where user_id = ${userId}`
      )

    const find = Effect.fnUntraced(function* (userId: UserId) {
      const rows = yield* sql`select * from auth.users where id = ${userId}`
      if (rows.length === 0) return yield* new UserNotFound({ userId })
      return yield* decodeOne(rows)
    })

    const create = Effect.fnUntraced(
      function* (id: UserId, grant: Manage, user: NewUser) {
        yield* holds(sql, grant, user.roles)
        const made = yield* insert(sql, id, user, grant.userId)
        const client = yield* actorsClient
        yield* record(sql, grant, { action: "user.created", entityId: id, details: { roles: user.roles } }, [
          { eventType: "user_created", eventStatus: "success", userId: id, client }
        ])
        return made
      },
      (create, id, _grant, { email }) =>
        create.pipe(
          sql.withTransaction,
          emailTaken(email),
          once(Effect.catchTag(find(id), "UserNotFound", () => Effect.undefined)),
          guard("Users.create")
        )
    )

    return Users.of({
      create: (grant, user) => Effect.flatMap(Ids.one, (id) => create(UserId.make(id), grant, user)),

      get: (_grant, userId) => find(userId).pipe(guard("Users.get")),

      page: Effect.fnUntraced(function* (_grant, request) {
        const after = yield* Page.position(PageKey, request)
        const rows = yield* sql`
          select * from auth.users
          where ${after}::text is null or email collate "C" > ${after}
          order by email collate "C" limit ${Page.pageSize(request) + 1}
        `
        return Page.page(yield* Schema.decodeUnknownEffect(Schema.Array(User))(rows), request, pageKey)
      }, guard("Users.page")),

      update: (grant, userId, change) =>
        Effect.gen(function* () {
          yield* governed(sql, grant, userId)
          const before = yield* Effect.flatMap(sql`select * from auth.users where id = ${userId}`, decodeOne)
          const after = { ...before, ...change }
          const isNewFactor = after.mfaEnabled !== before.mfaEnabled
          if (isNewFactor) yield* dueForRotation(sql, userId)
          const isNewAddress = after.email !== before.email
          // They were sent to the old address.
          if (isNewAddress) yield* voidLinks(sql, userId)
          const set = sql.csv([
            sql`email = ${after.email}`,
            sql`first_name = ${Storable.text(after.firstName)}`,
            sql`last_name = ${Storable.text(after.lastName)}`,
            sql`avatar_url = ${after.avatarUrl === null ? null : Storable.text(after.avatarUrl)}`,
            sql`mfa_enabled = ${after.mfaEnabled}`,
            ...(isNewAddress
              ? [sql`email_verified = false, email_verification_token = null, email_verification_expires_at = null`]
              : [])
          ])
          const details = { changed: Object.keys(change) }
          return yield* isNewFactor
            ? put(grant, userId, set, { action: "user.mfa_changed", event: "mfa_changed", details })
            : put(grant, userId, set, { action: "user.updated", details })
        }).pipe(sql.withTransaction, emailTaken(change.email), guard("Users.update")),

      lock: (grant, userId, until = null) =>
        Effect.gen(function* () {
          const ended = yield* shutOut(grant, userId, "locked")
          const details = { until: until?.toISOString() ?? null }
          return yield* put(
            grant,
            userId,
            sql`is_locked = true, locked_until = ${until}::timestamptz at time zone 'utc'`,
            { action: "user.locked", event: "account_locked", details },
            ended
          )
        }).pipe(sql.withTransaction, guard("Users.lock")),

      unlock: (grant, userId) =>
        Effect.gen(function* () {
          yield* governed(sql, grant, userId)
          const set = sql`is_locked = false, locked_until = null, failed_login_attempts = 0, consecutive_locks = 0`
          return yield* put(grant, userId, set, { action: "user.unlocked", event: "account_unlocked" })
        }).pipe(sql.withTransaction, guard("Users.unlock")),

      activate: (grant, userId) =>
        Effect.gen(function* () {
          yield* governed(sql, grant, userId)
          return yield* put(grant, userId, sql`is_active = true`, { action: "user.activated" })
        }).pipe(sql.withTransaction, guard("Users.activate")),

      deactivate: (grant, userId) =>
        Effect.gen(function* () {
          const ended = yield* shutOut(grant, userId, "deactivated")
          return yield* put(grant, userId, sql`is_active = false`, { action: "user.deactivated" }, ended)
        }).pipe(sql.withTransaction, guard("Users.deactivate")),

      delete: (grant, userId) =>
        Effect.gen(function* () {
          yield* holdSuperAdmins(sql)
          // Nobody writes a line about them any more until they are gone.
          yield* sql`select id from auth.users where id = ${userId} for update`
          const ended = yield* shutOut(grant, userId, "deleted")
          // All lines there are before the trails are held, and then the few that say this.
          yield* keepName(userId)
          yield* sql`update auth.user_roles set assigned_by = null where assigned_by = ${userId}`
          yield* put(grant, userId, sql`is_active = false`, { action: "user.deleted" }, ended)
          yield* keepName(userId)
          yield* sql`delete from auth.users where id = ${userId}`
        }).pipe(
          sql.withTransaction,
          // Gone is what a later try would make of them.
          once(
            Effect.map(sql`select id from auth.users where id = ${userId}`, ([left]) => left === undefined || undefined)
          ),
          Effect.asVoid,
          guard("Users.delete")
        )
    })
  })
)

/** Stores an account with its roles, inside the transaction of whoever makes it. */
export const insert = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  id: UserId,
  user: NewUser,
  by: UserId | null
): Effect.fn.Return<User, RoleNotFound | SqlError.SqlError | Schema.SchemaError> {
  const rows = yield* sql`
    insert into auth.users
      (id, email, password_hash, password_pepper_version, first_name, last_name, avatar_url, must_change_password,
        password_changed_at, created_at, updated_at)
    select ${id}, ${user.email}, ${Redacted.value(user.password.hash)}, ${user.password.pepperVersion},
      ${Storable.text(user.firstName)}, ${Storable.text(user.lastName)},
      ${user.avatarUrl == null ? null : Storable.text(user.avatarUrl)}, ${user.mustChangePassword ?? false}, moment, moment, moment
    from (select now() at time zone 'utc' as moment) t
    returning *
  `
  for (const name of user.roles) {
    const given = yield* sql`
      insert into auth.user_roles (user_id, role_id, assigned_by, assigned_at)
      select ${id}, r.id, ${by}::uuid, now() at time zone 'utc' from auth.roles r where r.name = ${name}
      returning role_id
    `
    if (given.length === 0) return yield* new RoleNotFound({ name })
  }
  return yield* decodeOne(rows)
})

/** The first of the rows, without its secrets. */
export const decodeOne = (rows: ReadonlyArray<unknown>) => Schema.decodeUnknownEffect(User)(rows[0])

const emailTaken = (email: Email | undefined) =>
  onConstraint({
    // Only a statement that stores this address can break the constraint.
    users_email_key: () => new EmailTaken({ email: email as Email })
  })
