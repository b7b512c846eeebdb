import { Credentials } from "@domainflow/core/auth/Credentials"
import { isGuess, risk } from "@domainflow/core/auth/LoginFault"
import {
  deviceDays,
  failuresUntilLock,
  linkMinutes,
  lockMinutes,
  longestLockMinutes
} from "@domainflow/core/auth/limits"
import type { HashedPassword } from "@domainflow/core/auth/Password"
import { type RoleName, superAdmin } from "@domainflow/core/auth/Role"
import { Account, EmailTaken, User } from "@domainflow/core/auth/User"
import { UserId } from "@domainflow/core/auth/UserId"
import * as Ids from "@domainflow/core/Ids"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import { guard, onConstraint, once } from "../Store.ts"
import * as AuthLog from "./AuthLog.ts"
import { endSessions, holdSuperAdmins, voidLinks } from "./governing.ts"
import { insert } from "./Users.ts"

export const layer = Layer.effect(
  Credentials,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** What an earlier try has stored: a hash is salted, and nobody else's. */
    const isStored = (id: UserId, { hash }: HashedPassword) =>
      Effect.map(
        sql`select id from auth.users where id = ${id} and password_hash = ${Redacted.value(hash)}`,
        (rows) => rows.length > 0 || undefined
      )

    const stored = (id: string) =>
      Effect.map(
        Effect.flatMap(sql`select * from auth.users where id = ${id}`, decodeFirst),
        (user) => user ?? undefined
      )

    return Credentials.of({
      find: (email, deviceId) =>
        Effect.gen(function* () {
          const [row] = yield* sql<{ isKnownDevice: boolean; isLockedForCaller: boolean }>`
            select
              u.*,
              d.id is not null as is_known_device,
              -- An administrator's lock keeps everyone out; one for failed logins, only strangers.
              coalesce(u.is_locked, false) and coalesce(u.locked_until > moment, true)
                or d.id is null and coalesce(u.locked_until > moment, false) as is_locked_for_caller
            from (select now() at time zone 'utc' as moment) t
            join auth.users u on lower(u.email) = ${email}
            left join auth.known_devices d
              on d.id = ${deviceId} and d.user_id = u.id and d.last_used_at > moment - ${deviceDays} * interval '1 day'
            order by u.email = ${email} desc limit 1
          `
          if (row === undefined) return { account: null, isKnownDevice: false, isLocked: false }
          return {
            account: yield* decodeAccount(row),
            isKnownDevice: row.isKnownDevice,
            isLocked: row.isLockedForCaller
          }
        }).pipe(guard("Credentials.find")),

      get: (id) =>
        Effect.gen(function* () {
          const [row] = yield* sql`select * from auth.users where id = ${id}`
          return row === undefined ? null : yield* decodeAccount(row)
        }).pipe(guard("Credentials.get")),

      failed: ({ client, deviceId, fault, userId }) =>
        Effect.gen(function* () {
          const counts = isGuess[fault]
          if (deviceId !== null && counts)
            yield* sql`
              with failed as (
                update auth.known_devices set failures = failures + 1
                where id = ${deviceId} and failures + 1 < ${failuresUntilLock} returning id
              )
              delete from auth.known_devices where id = ${deviceId} and not exists (select from failed)
            `
          // Runs for every fault, and changes a row for a guess at an account: neither its answer nor its time tells which.
          const [locked] = yield* sql<{ minutes: number | null }>`
            update auth.users u set
              (failed_login_attempts, is_locked, locked_until, consecutive_locks) = (
                select
                  n,
                  false,
                  case
                    -- Seven doublings are a day; the exponent is held where an interval would overflow.
                    when n >= ${failuresUntilLock} then moment + least(
                      ${lockMinutes} * interval '1 minute' * power(2, least(u.consecutive_locks, 10)),
                      ${longestLockMinutes} * interval '1 minute'
                    )
                    when u.locked_until > moment then u.locked_until
                  end,
                  u.consecutive_locks + (n >= ${failuresUntilLock})::int
                from (
                  select
                    moment,
                    -- A lock that ended starts the count anew.
                    case when u.locked_until <= moment then 0 else coalesce(u.failed_login_attempts, 0) end + 1 as n
                  from (select now() at time zone 'utc' as moment) now
                ) t
              )
            where u.id = ${userId} and ${counts && deviceId === null}
              -- An administrator may have locked it while the password was being hashed: nothing but unlock lifts that.
              and not (coalesce(u.is_locked, false) and coalesce(u.locked_until > now() at time zone 'utc', true))
            returning case
              when failed_login_attempts >= ${failuresUntilLock}
              then ceil(extract(epoch from locked_until - now() at time zone 'utc') / 60)::int
            end as minutes
          `
          yield* AuthLog.append(sql, {
            eventType: "login",
            eventStatus: "failure",
            userId,
            client,
            details: { fault },
            riskScore: risk[fault]
          })
          if (locked?.minutes != null)
            yield* AuthLog.append(sql, {
              eventType: "account_locked",
              eventStatus: "success",
              userId,
              client,
              details: { minutes: locked.minutes },
              riskScore: 60
            })
        }).pipe(sql.withTransaction, guard("Credentials.failed")),

      rehash: (id, was, to) =>
        sql`
          update auth.users
          set password_hash = ${Redacted.value(to.hash)}, password_pepper_version = ${to.pepperVersion}
          where id = ${id} and password_hash = ${Redacted.value(was)}
          returning id
        `.pipe(
          Effect.map((rows) => rows.length > 0),
          once(isStored(id, to)),
          guard("Credentials.rehash")
        ),

      change: (userId, was, to, client) =>
        Effect.gen(function* () {
          const [same] = yield* sql`
            select id from auth.users where id = ${userId} and password_hash = ${Redacted.value(was)}
            for no key update
          `
          if (same === undefined) return false
          yield* renew(sql, userId, to)
          const ended = yield* endSessions(sql, userId, "password_change", client)
          yield* AuditLog.append(sql, { action: "user.password_changed", entityId: userId })
          yield* AuthLog.append(sql, {
            eventType: "password_change",
            eventStatus: "success",
            userId,
            client,
            details: { sessions: ended.length }
          })
          return true
        }).pipe(sql.withTransaction, once(isStored(userId, to)), guard("Credentials.change")),

      offerVerification: (email, tokenHash) =>
        sql`
          update auth.users set
            email_verification_token = ${tokenHash},
            email_verification_expires_at = now() at time zone 'utc' + ${linkMinutes} * interval '1 minute'
          where id = (
              select id from auth.users where lower(email) = ${email} order by email = ${email} desc limit 1
            )
            and coalesce(is_active, true) and not coalesce(email_verified, false)
          returning *
        `.pipe(Effect.flatMap(decodeFirst), guard("Credentials.offerVerification")),

      verify: (tokenHash) =>
        Effect.suspend(() => {
          // The mark is gone once it is used, so this remembers whom it was found at.
          let last: User | null = null
          const earlier = Effect.suspend(() => (last === null ? Effect.undefined : stored(last.id)))
          const verify = Effect.gen(function* () {
            const user = yield* Effect.flatMap(
              sql`
              update auth.users
              set email_verified = true, email_verification_token = null, email_verification_expires_at = null
              where email_verification_token = ${tokenHash}
                and email_verification_expires_at > now() at time zone 'utc'
              returning *
            `,
              decodeFirst
            )
            if (user === null) return null
            last = user
            yield* AuditLog.append(sql, { action: "user.email_verified", entityId: user.id })
            return user
          })
          return verify.pipe(
            sql.withTransaction,
            once(Effect.map(earlier, (user) => (user?.emailVerified === true ? user : undefined))),
            guard("Credentials.verify")
          )
        }),

      bootstrap: (user, client) =>
        Effect.flatMap(Ids.one, (id) =>
          Effect.gen(function* () {
            // Of all who wait here the first one makes the account, and the others find it.
            yield* holdSuperAdmins(sql)
            const [held] = yield* sql`
            select ur.user_id from auth.user_roles ur
            join auth.roles r on r.id = ur.role_id
            where r.name = ${superAdmin} limit 1
          `
            if (held !== undefined) return null
            const roles: ReadonlyArray<RoleName> = [superAdmin]
            const made = yield* Effect.orDie(insert(sql, UserId.make(id), { ...user, roles }, null))
            yield* AuditLog.append(sql, { action: "user.created", entityId: made.id, details: { roles } })
            yield* AuthLog.append(sql, {
              eventType: "user_created",
              eventStatus: "success",
              userId: made.id,
              client,
              details: { bootstrap: true }
            })
            return made
          }).pipe(
            sql.withTransaction,
            onConstraint({ users_email_key: () => new EmailTaken({ email: user.email }) }),
            once(stored(id)),
            guard("Credentials.bootstrap")
          )
        )
    })
  })
)

/**
 * Stores a new password: the failures, devices and links of the old one are forgotten; an administrator's lock stays. Hold the
 * user first.
 */
export const renew = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, userId: UserId, to: HashedPassword) {
  yield* sql`delete from auth.known_devices where user_id = ${userId}`
  yield* voidLinks(sql, userId)
  return yield* sql`
    update auth.users set
      password_hash = ${Redacted.value(to.hash)},
      password_pepper_version = ${to.pepperVersion},
      password_changed_at = now() at time zone 'utc',
      must_change_password = false,
      failed_login_attempts = 0,
      consecutive_locks = 0,
      locked_until = case when is_locked then locked_until end
    where id = ${userId}
    returning *
  `
})

const decodeAccount = Schema.decodeUnknownEffect(Account)
const decodeFirst = (rows: ReadonlyArray<unknown>) =>
  rows.length === 0 ? Effect.succeed(null) : Schema.decodeUnknownEffect(User)(rows[0])
