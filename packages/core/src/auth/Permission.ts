import { Schema } from "effect"
import { orNull } from "../Column.ts"
import { Uuid } from "../Uuid.ts"

export const PermissionId = Uuid.pipe(Schema.brand("PermissionId"))
export type PermissionId = typeof PermissionId.Type

export const resources = ["campaigns", "personas", "proxies", "system", "users", "reports"] as const
export const Resource = Schema.Literals(resources)
export type Resource = typeof Resource.Type

export const Action = Schema.Literals([
  "create",
  "read",
  "update",
  "delete",
  "execute",
  "admin",
  "config",
  "manage",
  "generate"
])
export type Action = typeof Action.Type

/** All 17 rights there are, `resource:action`. Keyword sets go by those of `personas`. */
export const permissions = [
  "campaigns:create",
  "campaigns:read",
  "campaigns:update",
  "campaigns:delete",
  "campaigns:execute",
  "personas:create",
  "personas:read",
  "personas:update",
  "personas:delete",
  "proxies:create",
  "proxies:read",
  "proxies:update",
  "proxies:delete",
  "system:admin",
  "system:config",
  "users:manage",
  "reports:generate"
] as const satisfies ReadonlyArray<`${Resource}:${Action}`>

export const Permission = Schema.Literals(permissions)
export type Permission = typeof Permission.Type

/** A row of `auth.permissions`: how a right is shown. */
export class PermissionRow extends Schema.Class<PermissionRow>("@domainflow/core/PermissionRow")({
  id: PermissionId,
  name: Permission,
  displayName: Schema.String,
  description: Schema.NullOr(Schema.String),
  resource: Resource,
  action: Action,
  createdAt: orNull(Schema.Date)
}) {}
