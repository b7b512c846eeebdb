import type { Grant } from "@domainflow/core/auth/Grant"
import { Role, type RoleName, RoleNotFound, superAdmin, UserRole } from "@domainflow/core/auth/Role"
import { Roles } from "@domainflow/core/auth/Roles"
import { UserNotFound } from "@domainflow/core/auth/User"
import type { UserId } from "@domainflow/core/auth/UserId"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { guard } from "../Store.ts"
import { actorsClient, dueForRotation, holdSuperAdmins, holds, holdUser, record, spare } from "./governing.ts"

type Manage = Grant<"users:manage">

export const layer = Layer.effect(
  Roles,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const allowed = Effect.fnUntraced(function* (grant: Manage, userId: UserId, name: RoleName) {
      if (name === superAdmin) yield* holdSuperAdmins(sql)
      const [user] = yield* holdUser(sql, userId)
      if (user === undefined) return yield* new UserNotFound({ userId })
      const [role] = yield* sql<{ id: string }>`select id from auth.roles where name = ${name}`
      if (role === undefined) return yield* new RoleNotFound({ name })
      yield* holds(sql, grant, [name])
      return role.id
    })

    const written = Effect.fnUntraced(function* (
      grant: Manage,
      userId: UserId,
      change: "role_assigned" | "role_revoked",
      details: { readonly role: RoleName; readonly until?: string | null }
    ) {
      yield* dueForRotation(sql, userId)
      const client = yield* actorsClient
      yield* record(sql, grant, { action: `user.${change}`, entityId: userId, details }, [
        { eventType: change, eventStatus: "success", userId, client, details }
      ])
    })

    return Roles.of({
      list: sql`select * from auth.roles order by name`.pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(Schema.Array(Role))),
        guard("Roles.list")
      ),

      of: (_grant, userId) =>
        sql`select * from auth.user_roles where user_id = ${userId} order by assigned_at`.pipe(
          Effect.flatMap(Schema.decodeUnknownEffect(Schema.Array(UserRole))),
          guard("Roles.of")
        ),

      assign: (grant, userId, role, expiresAt = null) =>
        Effect.gen(function* () {
          const roleId = yield* allowed(grant, userId, role)
          if (role === superAdmin && expiresAt !== null) yield* spare(sql, userId)
          yield* sql`
            insert into auth.user_roles (user_id, role_id, assigned_by, assigned_at, expires_at)
            values (${userId}, ${roleId}, ${grant.userId}, now() at time zone 'utc',
              ${expiresAt}::timestamptz at time zone 'utc')
            on conflict (user_id, role_id) do update
            set assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at, expires_at = excluded.expires_at
          `
          yield* written(grant, userId, "role_assigned", { role, until: expiresAt?.toISOString() ?? null })
        }).pipe(sql.withTransaction, guard("Roles.assign")),

      revoke: (grant, userId, role) =>
        Effect.gen(function* () {
          const roleId = yield* allowed(grant, userId, role)
          if (role === superAdmin) yield* spare(sql, userId)
          const taken = yield* sql`
            delete from auth.user_roles where user_id = ${userId} and role_id = ${roleId} returning role_id
          `
          if (taken.length > 0) yield* written(grant, userId, "role_revoked", { role })
        }).pipe(sql.withTransaction, guard("Roles.revoke"))
    })
  })
)
