import { Auth } from "@domainflow/core/auth/Auth"
import { Roles } from "@domainflow/core/auth/Roles"
import { Users } from "@domainflow/core/auth/Users"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { Caller } from "../session/Session.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fn(function* (handlers) {
    const auth = yield* Auth
    const users = yield* Users
    const roles = yield* Roles
    /** The proof that the ports ask for. */
    const manage = Effect.flatMap(Caller, ({ principal }) => principal.grant("users:manage"))

    return handlers.handleAll({
      list: ({ query }) => Effect.flatMap(manage, (grant) => users.page(grant, query)),
      create: Effect.fn(function* ({ payload: { mustChangePassword = true, ...person } }) {
        const grant = yield* manage
        const password = yield* auth.preparePassword(person.password, person)
        return yield* users.create(grant, { ...person, password, mustChangePassword })
      }),
      get: ({ params }) => Effect.flatMap(manage, (grant) => users.get(grant, params.id)),
      update: ({ params, payload }) => Effect.flatMap(manage, (grant) => users.update(grant, params.id, payload)),
      remove: ({ params }) => Effect.flatMap(manage, (grant) => users.delete(grant, params.id)),
      lock: ({ params, payload }) => Effect.flatMap(manage, (grant) => users.lock(grant, params.id, payload.until)),
      unlock: ({ params }) => Effect.flatMap(manage, (grant) => users.unlock(grant, params.id)),
      activate: ({ params }) => Effect.flatMap(manage, (grant) => users.activate(grant, params.id)),
      deactivate: ({ params }) => Effect.flatMap(manage, (grant) => users.deactivate(grant, params.id)),
      roles: ({ params }) => Effect.flatMap(manage, (grant) => roles.of(grant, params.id)),
      assign: ({ params, payload }) =>
        Effect.flatMap(manage, (grant) => roles.assign(grant, params.id, params.role, payload.expiresAt)),
      revoke: ({ params }) => Effect.flatMap(manage, (grant) => roles.revoke(grant, params.id, params.role)),
      listRoles: () => roles.list
    })
  })
)
