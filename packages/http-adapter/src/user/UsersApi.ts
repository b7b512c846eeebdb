import { NotHeld, Role, RoleName, RoleNotFound, UserRole } from "@domainflow/core/auth/Role"
import { Email, EmailTaken, LastSuperAdmin, PersonName, User, UserNotFound } from "@domainflow/core/auth/User"
import { UserId } from "@domainflow/core/auth/UserId"
import { orNull } from "@domainflow/core/Column"
import { Schema, Struct } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Secret, weakPassword } from "../auth/AuthApi.ts"
import * as Pages from "../Pages.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

const notFound = problem(UserNotFound, 404, "There is no such user")
const taken = problem(EmailTaken, 409, "Somebody has this address already")
const noRole = problem(RoleNotFound, 422, "There is no such role")
const notHeld = problem(NotHeld, 403, "Rights are missing")
const last = problem(LastSuperAdmin, 409, "This is the last super_admin")

const params = { id: UserId }
const until = Schema.optionalKey(orNull(Schema.Date))
const governing = { params, success: User, error: [notFound, notHeld] } as const

export class UsersApi extends HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("list", "/users", {
      query: Pages.query,
      success: Pages.pageOf(User),
      error: Pages.invalidCursor
    }),
    HttpApiEndpoint.post("create", "/users", {
      payload: Schema.Struct({
        email: Email,
        /** To be changed at the first login, unless `mustChangePassword` says otherwise. */
        password: Secret,
        firstName: PersonName,
        lastName: PersonName,
        roles: Schema.Array(RoleName),
        mustChangePassword: Schema.optionalKey(Schema.Boolean)
      }),
      success: User.pipe(HttpApiSchema.status(201)),
      error: [taken, noRole, notHeld, weakPassword]
    }),
    HttpApiEndpoint.get("get", "/users/:id", { params, success: User, error: notFound }),
    HttpApiEndpoint.patch("update", "/users/:id", {
      params,
      payload: Schema.Struct({
        email: Email,
        firstName: PersonName,
        lastName: PersonName,
        avatarUrl: Schema.NullOr(Schema.String.check(Schema.isMaxLength(2_048))),
        mfaEnabled: Schema.Boolean
      }).mapFields(Struct.map(Schema.optionalKey)),
      success: User,
      error: [notFound, taken, notHeld]
    }),
    HttpApiEndpoint.delete("remove", "/users/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: [notFound, notHeld, last]
    }),
    HttpApiEndpoint.post("lock", "/users/:id/lock", {
      params,
      payload: Schema.Struct({ until }),
      success: User,
      error: [notFound, notHeld, last]
    }),
    HttpApiEndpoint.post("unlock", "/users/:id/unlock", governing),
    HttpApiEndpoint.post("activate", "/users/:id/activate", governing),
    HttpApiEndpoint.post("deactivate", "/users/:id/deactivate", { ...governing, error: [notFound, notHeld, last] }),
    HttpApiEndpoint.get("roles", "/users/:id/roles", { params, success: Schema.Array(UserRole) }),
    HttpApiEndpoint.put("assign", "/users/:id/roles/:role", {
      params: { ...params, role: RoleName },
      payload: Schema.Struct({ expiresAt: until }),
      success: HttpApiSchema.NoContent,
      error: [notFound, noRole, notHeld, last]
    }),
    HttpApiEndpoint.delete("revoke", "/users/:id/roles/:role", {
      params: { ...params, role: RoleName },
      success: HttpApiSchema.NoContent,
      error: [notFound, noRole, notHeld, last]
    }),
    HttpApiEndpoint.get("listRoles", "/roles", { success: Schema.Array(Role) })
  )
  .annotateEndpoints(Needs, "users:manage")
  .middleware(Session) {}
