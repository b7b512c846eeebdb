import { linkMinutes } from "@domainflow/core/auth/limits"
import type { HashedPassword } from "@domainflow/core/auth/Password"
import { PasswordResets } from "@domainflow/core/auth/PasswordResets"
import { User } from "@domainflow/core/auth/User"
import type { UserId } from "@domainflow/core/auth/UserId"
import * as Ids from "@domainflow/core/Ids"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import { guard, once } from "../Store.ts"
import * as AuthLog from "./AuthLog.ts"
import { renew } from "./Credentials.ts"
import { endSessions } from "./governing.ts"

const decodeFirst = (rows: ReadonlyArray<unknown>) =>
  rows.length === 0 ? Effect.succeed(null) : Schema.decodeUnknownEffect(User)(rows[0])

export const layer = Layer.effect(
  PasswordResets,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** Whose password an earlier try has set by this link: a hash is salted, and nobody else's. */
    const redeemed = (tokenHash: string, { hash }: HashedPassword) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select u.* from auth.users u
            where u.id = (select t.user_id from auth.password_reset_tokens t where t.token_hash = ${tokenHash} limit 1)
              and u.password_hash = ${Redacted.value(hash)}
          `,
          decodeFirst
        ),
        (user) => user ?? undefined
      )

    return PasswordResets.of({
      offer: (email, tokenHash, client) =>
        Effect.gen(function* () {
          const id = yield* Ids.one
          const rows = yield* sql`
            with owner as (
              -- Held until the link is there: whoever changes the address or the password meanwhile finds it, and voids it.
              select * from auth.users
              where lower(email) = ${email} and coalesce(is_active, true)
              order by email = ${email} desc limit 1
              for share
            ), offered as (
              insert into auth.password_reset_tokens
                (id, user_id, token_hash, expires_at, ip_address, user_agent, created_at)
              select ${id}, o.id, ${tokenHash}, moment + ${linkMinutes} * interval '1 minute', ${client.ip}::inet,
                ${client.userAgent}, moment
              from owner o, (select now() at time zone 'utc' as moment) t
            )
            select * from owner
          `
          const user = yield* decodeFirst(rows)
          yield* AuthLog.append(sql, {
            eventType: "password_reset_requested",
            eventStatus: user === null ? "failure" : "success",
            userId: user?.id ?? null,
            client
          })
          return user
        }).pipe(sql.withTransaction, guard("PasswordResets.offer")),

      find: (tokenHash) =>
        sql`
          select u.* from auth.password_reset_tokens t
          join auth.users u on u.id = t.user_id
          where t.token_hash = ${tokenHash} and t.used_at is null and t.expires_at > now() at time zone 'utc'
            and coalesce(u.is_active, true)
        `.pipe(Effect.flatMap(decodeFirst), guard("PasswordResets.find")),

      redeem: (tokenHash, password, client) =>
        Effect.gen(function* () {
          // The account is locked before its tokens: two links of one person cannot wait for each other.
          const [owner] = yield* sql<{ id: UserId }>`
            select u.id from auth.users u
            where u.id = (select t.user_id from auth.password_reset_tokens t where t.token_hash = ${tokenHash} limit 1)
              and coalesce(u.is_active, true)
            for no key update
          `
          if (owner === undefined) return null
          const used = yield* sql`
            update auth.password_reset_tokens set used_at = now() at time zone 'utc'
            where token_hash = ${tokenHash} and used_at is null and expires_at > now() at time zone 'utc'
            returning id
          `
          if (used.length === 0) return null
          const rows = yield* renew(sql, owner.id, password)
          const ended = yield* endSessions(sql, owner.id, "password_reset", client)
          yield* AuditLog.append(sql, { action: "user.password_reset", entityId: owner.id })
          yield* AuthLog.append(sql, {
            eventType: "password_reset",
            eventStatus: "success",
            userId: owner.id,
            client,
            details: { sessions: ended.length }
          })
          return yield* decodeFirst(rows)
        }).pipe(sql.withTransaction, once(redeemed(tokenHash, password)), guard("PasswordResets.redeem")),

      sweep: sql`
        delete from auth.password_reset_tokens where expires_at < now() at time zone 'utc' - interval '1 day' returning id
      `.pipe(
        Effect.map((rows) => rows.length),
        guard("PasswordResets.sweep", { unhurried: true })
      )
    })
  })
)
