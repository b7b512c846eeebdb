import { Auth } from "@domainflow/core/auth/Auth"
import { Grant } from "@domainflow/core/auth/Grant"
import { Users } from "@domainflow/core/auth/Users"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { NotLoggedIn } from "../problem/errors.ts"
import { deviceCookie, forgetSession, sessionCookie, setSession, shown } from "../session/cookies.ts"
import { Caller, renewed } from "../session/Session.ts"
import { face } from "./AuthHandlers.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "account",
  Effect.fn(function* (handlers) {
    const auth = yield* Auth
    const users = yield* Users

    /** Everyone may look at themselves: the right of a manager is lent for that, and for nobody else's account. */
    const me = Effect.gen(function* () {
      const { principal } = yield* Caller
      const user = yield* users.get(Grant.system("users:manage"), principal.userId)
      return { user, ...face(principal) }
    }).pipe(Effect.catchTag("UserNotFound", () => Effect.fail(new NotLoggedIn())))

    /** The token that the caller showed; without one they would not have come so far. */
    const token = Effect.flatMap(shown(sessionCookie), (shown) =>
      shown === null ? Effect.fail(new NotLoggedIn()) : Effect.succeed(shown)
    )

    return handlers.handleAll({
      me: () => me,
      logout: Effect.fn(function* () {
        const { client } = yield* Caller
        yield* auth.logout(yield* token, client)
        yield* forgetSession
      }),
      logoutEverywhere: Effect.fn(function* () {
        const { client, principal } = yield* Caller
        const sessions = yield* auth.revokeAll(principal, client)
        yield* forgetSession
        return { sessions }
      }),
      refresh: Effect.fn(function* () {
        const { client, principal } = yield* Caller
        // Where it was due, whoever let them in has done it already.
        if (!principal.rotationDue) yield* renewed(auth, yield* token, client)
        return yield* me
      }),
      changePassword: Effect.fn(function* ({ payload }) {
        const { client, principal } = yield* Caller
        const device = yield* shown(deviceCookie)
        yield* setSession(yield* auth.changePassword(principal, { ...payload, client, device }))
      })
    })
  })
)
