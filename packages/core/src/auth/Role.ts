import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { Uuid } from "../Uuid.ts"
import { type Permission, PermissionId, permissions } from "./Permission.ts"
import { UserId } from "./UserId.ts"

export const RoleId = Uuid.pipe(Schema.brand("RoleId"))
export type RoleId = typeof RoleId.Type

/** A role's system name. The four below come with every database; a host may add its own. */
export const RoleName = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9_]{0,49}$/, { message: "expected a role name such as `campaign_editor`" })
).pipe(Schema.brand("RoleName"))
export type RoleName = typeof RoleName.Type

export const systemRoles = ["super_admin", "admin", "user", "viewer"] as const
export const SystemRole = Schema.Literals(systemRoles)
export type SystemRole = typeof SystemRole.Type

export const superAdmin = RoleName.make("super_admin")

export class Role extends Schema.Class<Role>("@domainflow/core/Role")({
  id: RoleId,
  name: RoleName,
  displayName: Schema.String,
  description: Schema.NullOr(Schema.String),
  isSystemRole: nullAs(Schema.Boolean, false),
  createdAt: orNull(Schema.Date),
  updatedAt: orNull(Schema.Date)
}) {}

/** A row of `auth.user_roles`: someone holds a role, perhaps until a time. An expired row gives nothing. */
export class UserRole extends Schema.Class<UserRole>("@domainflow/core/UserRole")({
  userId: UserId,
  roleId: RoleId,
  assignedBy: Schema.NullOr(UserId),
  assignedAt: orNull(Schema.Date),
  expiresAt: orNull(Schema.Date)
}) {}

/** A row of `auth.role_permissions`. */
export class RolePermission extends Schema.Class<RolePermission>("@domainflow/core/RolePermission")({
  roleId: RoleId,
  permissionId: PermissionId
}) {}

export class RoleNotFound extends Schema.TaggedError<RoleNotFound>()("RoleNotFound", { name: RoleName }) {
  override get message() {
    return `there is no role ${this.name}`
  }
}

/** Nobody grants, takes or governs what they do not hold: an administrator does not rule over those who may do more. */
export class NotHeld extends Schema.TaggedError<NotHeld>()("NotHeld", { missing: Schema.Array(Schema.String) }) {
  override get message() {
    return `this needs rights that you do not hold: ${this.missing.join(", ")}`
  }
}

const campaigns = ["campaigns:create", "campaigns:read", "campaigns:update", "campaigns:execute"] as const
const adminOnly = [
  "campaigns:delete",
  "personas:create",
  "personas:update",
  "personas:delete",
  "proxies:create",
  "proxies:update",
  "proxies:delete",
  "users:manage",
  "reports:generate"
] as const
const everyone = ["personas:read", "proxies:read"] as const

/** What each system role may do in a fresh database. The database is asked at every request; this is where it starts. */
export const rights: Record<SystemRole, ReadonlyArray<Permission>> = {
  super_admin: permissions,
  admin: [...campaigns, ...adminOnly, ...everyone],
  user: [...campaigns, ...everyone],
  viewer: ["campaigns:read", ...everyone]
}
