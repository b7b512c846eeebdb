import { Auth } from "@domainflow/core/auth/Auth"
import { InvalidCredentials } from "@domainflow/core/auth/AuthError"
import type { Principal } from "@domainflow/core/auth/Principal"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { deviceCookie, sessionCookie, setDevice, setSession, shown } from "../session/cookies.ts"
import { clientOf } from "../session/Session.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "auth",
  Effect.fn(function* (handlers) {
    const auth = yield* Auth
    const from = yield* clientOf

    return handlers.handleAll({
      login: Effect.fn(function* ({ payload }) {
        const at = yield* from
        const { device, token, user } = yield* auth.login({
          ...payload,
          client: at,
          device: yield* shown(deviceCookie),
          replaces: yield* shown(sessionCookie)
        })
        // The account was locked just after the login opened its session.
        const principal = yield* Effect.catchTag(auth.validate(token, at), "SessionRefused", () =>
          Effect.fail(new InvalidCredentials())
        )
        yield* setSession(token)
        yield* setDevice(device)
        return { user, ...face(principal) }
      }),
      requestReset: ({ payload }) => Effect.flatMap(from, (at) => auth.requestReset(payload.email, at)),
      confirmReset: ({ payload }) =>
        Effect.flatMap(from, (at) => auth.resetPassword(payload.token, payload.password, at)),
      requestVerification: ({ payload }) => Effect.flatMap(from, (at) => auth.requestVerification(payload.email, at)),
      verifyEmail: ({ payload }) => Effect.asVoid(auth.verifyEmail(payload.token))
    })
  })
)

/** What someone is told about what they may do. */
export const face = ({ mustChangePassword, permissions, roles }: Principal) => ({
  roles: [...roles].sort(),
  permissions: [...permissions].sort(),
  mustChangePassword
})
