import { Actor } from "@domainflow/core/audit/Actor"
import { Auth } from "@domainflow/core/auth/Auth"
import * as Client from "@domainflow/core/auth/Client"
import { Forbidden } from "@domainflow/core/auth/Grant"
import * as Guarded from "@domainflow/core/auth/Guarded"
import type { Principal } from "@domainflow/core/auth/Principal"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware } from "effect/http-api"
import { NotLoggedIn, PasswordChangeDue, storeProblem } from "../problem/errors.ts"
import { problem } from "../problem/Problem.ts"
import { Settings } from "../Settings.ts"
import * as ClientAddress from "./ClientAddress.ts"
import { sessionCookie, setSession } from "./cookies.ts"
import { Needs } from "./Needs.ts"

/** Who asks, as the store knows them at this request. */
export class Caller extends Context.Service<
  Caller,
  { readonly principal: Principal; readonly client: Client.Client }
>()("@domainflow/http-adapter/Caller") {}

/**
 * Lets in who has a session and the right that the endpoint needs. What they then do reaches no further than the right
 * does, and is signed with their name.
 */
export class Session extends HttpApiMiddleware.Service<Session, { provides: Caller }>()(
  "@domainflow/http-adapter/Session",
  {
    error: [
      problem(NotLoggedIn, 401, "Nobody is logged in"),
      problem(Forbidden, 403, "A right is missing"),
      problem(PasswordChangeDue, 403, "The password must be changed first"),
      storeProblem
    ],
    security: { session: sessionCookie }
  }
) {}

export const layer = Layer.effect(
  Session,
  Effect.gen(function* () {
    const auth = yield* Auth
    const client = yield* clientOf
    return Session.of({
      session: Effect.fnUntraced(function* (answer, { credential, endpoint }) {
        const need = Context.getOrUndefined(endpoint.annotations, Needs)
        if (need === undefined || need === "nothing" || need === "operator") {
          return yield* Effect.die(`${endpoint.path} does not say which session it needs`)
        }
        if (Redacted.value(credential) === "") return yield* new NotLoggedIn()
        const from = yield* client
        const principal = yield* Effect.catchTag(auth.validate(credential, from), "SessionRefused", () =>
          Effect.fail(new NotLoggedIn())
        )
        // Rights have changed: whoever had the old token has it no longer.
        if (principal.rotationDue) yield* renewed(auth, credential, from)
        const mine = Effect.updateContext(answer, (context: Context.Context<never>) =>
          context.pipe(
            Context.add(Caller, { principal, client: from }),
            Context.add(Actor, { userId: principal.userId, clientIp: from.ip, userAgent: from.userAgent })
          )
        )
        if (need === "session") return yield* mine
        if (principal.mustChangePassword) return yield* new PasswordChangeDue()
        const grant = yield* principal.grant(need)
        return yield* Guarded.as(grant, mine)
      })
    })
  })
)

/** A new token for the cookie, unless another request of theirs was quicker: that one has brought it then. */
export const renewed = (auth: Auth["Service"], token: Redacted.Redacted, client: Client.Client) =>
  auth.rotate(token, client).pipe(
    Effect.flatMap(setSession),
    Effect.catchTag("SessionRefused", () => Effect.void)
  )

/** Who is at the other end of the connection, where the host knows and the request does not say it. */
export const Peer = Context.Reference<string | null>("@domainflow/http-adapter/Peer", { defaultValue: () => null })

/** Where a request comes from, as far as the settings let it be believed. */
export const clientOf = Effect.map(Settings, ({ trustedProxies }) => {
  const trusted = ClientAddress.networks(trustedProxies)
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, remoteAddress }) =>
    Effect.map(Peer, (peer) =>
      Client.parse({
        ip: ClientAddress.of(peer ?? Option.getOrNull(remoteAddress), headers["x-forwarded-for"], trusted),
        userAgent: headers["user-agent"] ?? null
      })
    )
  )
})
