import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The four roles and their rights.
 *
 * Roles keep their promised ids; an installation that already has a role or permission of the name keeps its row and
 * its own grants besides.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  for (const [name, displayName, description] of roles) {
    yield* sql`
      insert into auth.roles (id, name, display_name, description, is_system_role)
      values (${roleId(name)}, ${name}, ${displayName}, ${description}, true)
      on conflict (name) do nothing
    `
  }

  for (const [resource, action, description, ...holders] of permissions) {
    yield* sql`
      insert into auth.permissions (name, display_name, description, resource, action)
      values (
        ${`${resource}:${action}`},
        ${`${capitalised(action)} ${resource}`},
        ${description},
        ${resource},
        ${action}
      )
      on conflict do nothing
    `
    yield* sql`
      insert into auth.role_permissions (role_id, permission_id)
      select r.id, p.id
      from auth.roles r, auth.permissions p
      where r.name in ${sql.in(holders)} and p.resource = ${resource} and p.action = ${action}
      on conflict do nothing
    `
  }
})

/** Name, how it is shown, what it is for. */
export const roles = [
  ["super_admin", "Super Administrator", "Full system access with all permissions"],
  ["admin", "Administrator", "Administrative access to most system features"],
  ["user", "Standard User", "Standard user with basic access permissions"],
  ["viewer", "Viewer", "Read-only access to system resources"]
] as const

/** The promised id: 1 to 4, in the order above. */
export const roleId = (name: (typeof roles)[number][0]): string =>
  `00000000-0000-0000-0000-00000000000${roles.findIndex(([role]) => role === name) + 1}`

/** Resource, action, what it allows, and the roles that hold it. */
export const permissions = [
  ["campaigns", "create", "Create campaigns", "super_admin", "admin", "user"],
  ["campaigns", "read", "See campaigns and their results", "super_admin", "admin", "user", "viewer"],
  ["campaigns", "update", "Change campaigns", "super_admin", "admin", "user"],
  ["campaigns", "delete", "Delete campaigns with their results", "super_admin", "admin"],
  ["campaigns", "execute", "Start, pause, resume and cancel campaigns", "super_admin", "admin", "user"],
  ["personas", "create", "Create personas and keyword sets", "super_admin", "admin"],
  ["personas", "read", "See personas and keyword sets", "super_admin", "admin", "user", "viewer"],
  ["personas", "update", "Change personas and keyword sets", "super_admin", "admin"],
  ["personas", "delete", "Delete personas and keyword sets", "super_admin", "admin"],
  ["proxies", "create", "Create proxies", "super_admin", "admin"],
  ["proxies", "read", "See proxies, without their secrets", "super_admin", "admin", "user", "viewer"],
  ["proxies", "update", "Change proxies", "super_admin", "admin"],
  ["proxies", "delete", "Delete proxies", "super_admin", "admin"],
  ["system", "admin", "Administer the installation", "super_admin"],
  ["system", "config", "Change the installation's configuration", "super_admin"],
  ["users", "manage", "Create, change and remove users and their roles", "super_admin", "admin"],
  ["reports", "generate", "Generate reports", "super_admin", "admin"]
] as const

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
