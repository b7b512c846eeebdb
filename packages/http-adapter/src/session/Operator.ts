import { Auth } from "@domainflow/core/auth/Auth"
import { Forbidden } from "@domainflow/core/auth/Grant"
import { sha256 } from "@domainflow/core/auth/Token"
import { Effect, Layer, Redacted } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { NotLoggedIn, storeProblem } from "../problem/errors.ts"
import { problem } from "../problem/Problem.ts"
import { Settings } from "../Settings.ts"
import { sessionCookie } from "./cookies.ts"
import { clientOf } from "./Session.ts"

/** Lets in whoever watches the installation: a collector with the token of the settings, or a `system:admin`. */
export class Operator extends HttpApiMiddleware.Service<Operator>()("@domainflow/http-adapter/Operator", {
  error: [
    problem(NotLoggedIn, 401, "Nobody is logged in"),
    problem(Forbidden, 403, "A right is missing"),
    storeProblem
  ],
  security: { bearer: HttpApiSecurity.bearer, session: sessionCookie }
}) {}

export const layer = Layer.effect(
  Operator,
  Effect.gen(function* () {
    const auth = yield* Auth
    const client = yield* clientOf
    const { metricsToken } = yield* Settings
    const expected = metricsToken === null ? "" : Redacted.value(metricsToken).trim()
    return Operator.of({
      bearer: Effect.fnUntraced(function* (answer, { credential }) {
        const shown = Redacted.value(credential)
        // An empty token, such as that of a variable which is not set, is none: who sends no header shows an empty one.
        if (shown === "" || expected === "") return yield* new NotLoggedIn()
        // Hashes are compared, so that the time it takes tells nothing about the token.
        return (yield* sha256(shown)) === (yield* sha256(expected)) ? yield* answer : yield* new NotLoggedIn()
      }),
      session: Effect.fnUntraced(function* (answer, { credential }) {
        if (Redacted.value(credential) === "") return yield* new NotLoggedIn()
        const from = yield* client
        const principal = yield* Effect.catchTag(auth.validate(credential, from), "SessionRefused", () =>
          Effect.fail(new NotLoggedIn())
        )
        yield* principal.grant("system:admin")
        return yield* answer
      })
    })
  })
)
