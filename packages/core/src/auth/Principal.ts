import { Effect } from "effect"
import { Forbidden, Grant } from "./Grant.ts"
import type { Permission } from "./Permission.ts"
import { type SystemRole, systemRoles } from "./Role.ts"
import type { SessionId } from "./Session.ts"
import type { UserId } from "./UserId.ts"

/** Who is asking, as the store knows them at this very request. Never kept for the next one. */
export class Principal {
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly permissions: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /** Nothing is granted until they have: only the password can be changed. */
  readonly mustChangePassword: boolean
  /** Their rights changed since the token was issued: rotate it. */
  readonly rotationDue: boolean

  constructor(known: {
    readonly userId: UserId
    readonly sessionId: SessionId
    readonly permissions: Iterable<string>
    readonly roles: Iterable<string>
    readonly mustChangePassword?: boolean
    readonly rotationDue?: boolean
  }) {
    this.userId = known.userId
    this.sessionId = known.sessionId
    this.permissions = new Set(known.permissions)
    this.roles = new Set(known.roles)
    this.mustChangePassword = known.mustChangePassword ?? false
    this.rotationDue = known.rotationDue ?? false
  }

  can(permission: Permission): boolean {
    return !this.mustChangePassword && this.permissions.has(permission)
  }

  /** The proof that an operation asks for. */
  grant<const P extends Permission>(permission: P): Effect.Effect<Grant<P>, Forbidden> {
    if (!this.can(permission)) return Effect.fail(new Forbidden({ permission }))
    const everyone = systemRoles.some((role) => this.roles.has(role) && reachesEveryone[role](permission))
    return Effect.succeed(Grant.checked(permission, this.userId, everyone ? null : this.userId))
  }
}

/**
 * Whether a role's right extends to what belongs to others, or to nobody. Looked up by role, not by right: someone who is
 * viewer and user reads all campaigns and runs their own. A role that a host adds reaches no further than its holder.
 */
const reachesEveryone: Record<SystemRole, (permission: Permission) => boolean> = {
  super_admin: () => true,
  admin: () => true,
  user: (permission) => !permission.startsWith("campaigns:"),
  viewer: (permission) => !permission.startsWith("campaigns:") || permission === "campaigns:read"
}
