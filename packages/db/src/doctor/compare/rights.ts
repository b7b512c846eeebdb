import type { Catalogue } from "../Catalogue.ts"
import { type Difference, literal } from "../Difference.ts"
import { permissions as promisedPermissions, roles as promisedRoles, roleId } from "../Schema.ts"

/**
 * The roles under their promised ids, and all permissions.
 *
 * Who may do what is not compared: an installation may give and take rights, and that is no fault.
 */
export const roles = (catalogue: Catalogue): ReadonlyArray<Difference> =>
  promisedRoles.flatMap(([name, displayName, description]): ReadonlyArray<Difference> => {
    const id = roleId(name)
    const found = catalogue.roles.find((role) => role.name === name)
    const values = [id, name, displayName, description].map(literal).join(", ")
    const insert = `insert into auth.roles (id, name, display_name, description, is_system_role) values (${values}, true)`
    if (found === undefined) return [{ of: "role", state: "missing", sentence: `no role ${name}`, mend: [insert] }]
    if (found.id !== id) {
      return [
        {
          of: "role",
          state: "different",
          sentence: `role ${name}: has the id ${found.id} instead of ${id}`,
          mend: [
            // Its holders and rights go over before it does: deleting it would take them along.
            `update auth.roles set name = ${literal(`${name} ${found.id.slice(0, 8)}`)} where id = ${literal(found.id)}`,
            `insert into auth.roles (id, name, display_name, description, is_system_role, created_at) select ${literal(id)}, ${literal(name)}, display_name, description, true, created_at from auth.roles where id = ${literal(found.id)}`,
            `update auth.user_roles set role_id = ${literal(id)} where role_id = ${literal(found.id)}`,
            `update auth.role_permissions set role_id = ${literal(id)} where role_id = ${literal(found.id)}`,
            `delete from auth.roles where id = ${literal(found.id)}`
          ]
        }
      ]
    }
    return found.isSystemRole === true
      ? []
      : [
          {
            of: "role",
            state: "different",
            sentence: `role ${name}: is not marked as the system's`,
            mend: [`update auth.roles set is_system_role = true where id = ${literal(id)}`]
          }
        ]
  })

export const permissions = (catalogue: Catalogue): ReadonlyArray<Difference> =>
  promisedPermissions.flatMap(([resource, action, description]): ReadonlyArray<Difference> => {
    const name = `${resource}:${action}`
    const found = catalogue.permissions.find((one) => one.resource === resource && one.action === action)
    const values = [name, `${action} ${resource}`, description, resource, action].map(literal).join(", ")
    if (found === undefined) {
      return [
        {
          of: "permission",
          state: "missing",
          sentence: `no permission ${name}`,
          mend: [
            `insert into auth.permissions (name, display_name, description, resource, action) values (${values})`,
            `insert into auth.role_permissions (role_id, permission_id) select r.id, p.id from auth.roles r, auth.permissions p where r.name = 'super_admin' and p.name = ${literal(name)} on conflict do nothing`
          ]
        }
      ]
    }
    return found.name === name
      ? []
      : [
          {
            of: "permission",
            state: "different",
            sentence: `permission ${name}: is called ${found.name}`,
            mend: [`update auth.permissions set name = ${literal(name)} where id = ${literal(found.id)}`]
          }
        ]
  })
