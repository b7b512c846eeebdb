import { Clock, Context, Effect, Layer } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import type { StoreError } from "../StoreError.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Memory from "./AuthMemory.ts"
import { AuthMemory } from "./AuthMemory.ts"
import type { Grant } from "./Grant.ts"
import * as Guarded from "./Guarded.ts"
import { type NotHeld, type Role, type RoleName, RoleNotFound, superAdmin, type UserRole } from "./Role.ts"
import { type LastSuperAdmin, UserNotFound } from "./User.ts"
import type { UserId } from "./UserId.ts"

type Manage = Grant<"users:manage">

/**
 * Who holds which role. Nobody gives or takes a role with rights they do not hold. A change counts at the next request of every
 * process, and the holder's tokens are due for rotation.
 */
export class Roles extends Context.Service<
  Roles,
  {
    /** By name. */
    readonly list: Effect.Effect<ReadonlyArray<Role>, StoreError>

    /** What someone holds, expired or not. */
    readonly of: (grant: Manage, userId: UserId) => Effect.Effect<ReadonlyArray<UserRole>, StoreError>

    /** Until a time, or for good. Assigning a role again changes until when it is held. */
    readonly assign: (
      grant: Manage,
      userId: UserId,
      role: RoleName,
      expiresAt?: Date | null
    ) => Effect.Effect<void, UserNotFound | RoleNotFound | NotHeld | LastSuperAdmin | StoreError>

    /** Taking away a role that is not held changes nothing. */
    readonly revoke: (
      grant: Manage,
      userId: UserId,
      role: RoleName
    ) => Effect.Effect<void, UserNotFound | RoleNotFound | NotHeld | LastSuperAdmin | StoreError>
  }
>()("@domainflow/core/Roles") {
  static readonly layerMemory = Layer.effect(
    Roles,
    Effect.gen(function* () {
      const tables = yield* AuthMemory
      const audit = yield* AuditLog
      const log = yield* AuthLog

      const allowed = Effect.fnUntraced(function* (grant: Manage, userId: UserId, name: RoleName) {
        if (!tables.accounts.has(userId)) return yield* new UserNotFound({ userId })
        const known = tables.roles.get(name)
        if (known === undefined) return yield* new RoleNotFound({ name })
        yield* Memory.holds(tables, grant, known.rights)
        return known.role
      })
      const record = Effect.fnUntraced(function* (
        grant: Manage,
        userId: UserId,
        change: "role_assigned" | "role_revoked",
        details: { readonly role: RoleName; readonly until?: string | null }
      ) {
        Memory.dueForRotation(tables, userId)
        yield* Guarded.as(grant, audit.append({ action: `user.${change}`, entityId: userId, details }))
        const client = yield* Memory.actorsClient
        yield* log.append({ eventType: change, eventStatus: "success", userId, client, details })
      })

      return Roles.of({
        list: Effect.sync(() =>
          [...tables.roles.values()].map(({ role }) => role).sort((a, b) => (a.name < b.name ? -1 : 1))
        ),

        of: (_grant, userId) => Effect.sync(() => tables.held.filter((held) => held.userId === userId)),

        assign: Effect.fnUntraced(function* (grant, userId, role, expiresAt = null) {
          yield* allowed(grant, userId, role)
          if (role === superAdmin && expiresAt !== null) yield* Memory.spare(tables, userId)
          const now = new Date(yield* Clock.currentTimeMillis)
          Memory.give(tables, userId, role, grant.userId, now, expiresAt)
          yield* record(grant, userId, "role_assigned", { role, until: expiresAt?.toISOString() ?? null })
        }),

        revoke: Effect.fnUntraced(function* (grant, userId, role) {
          const { id } = yield* allowed(grant, userId, role)
          if (role === superAdmin) yield* Memory.spare(tables, userId)
          if (Memory.take(tables, userId, id)) yield* record(grant, userId, "role_revoked", { role })
        })
      })
    })
  )
}
