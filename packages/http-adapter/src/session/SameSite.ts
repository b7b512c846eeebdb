import { Effect, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware } from "effect/http-api"
import { CrossSite } from "../problem/errors.ts"
import { problem } from "../problem/Problem.ts"
import { Settings } from "../Settings.ts"
import { sessionCookie } from "./cookies.ts"

/**
 * Lets no other site's page change anything in the name of whoever looks at it. `Sec-Fetch-Site` says where a request comes
 * from, and no page can forge it; where a browser is too old to send it, `Origin` does. A write that shows a session and
 * says neither is refused.
 */
export class SameSite extends HttpApiMiddleware.Service<SameSite>()("@domainflow/http-adapter/SameSite", {
  error: problem(CrossSite, 403, "The request comes from another site")
}) {}

export const layer = Layer.effect(
  SameSite,
  Effect.gen(function* () {
    const { origins } = yield* Settings
    const check = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      isAllowed(request, origins) ? Effect.void : Effect.fail(new CrossSite())
    )
    // What only reads may be asked for from anywhere.
    return SameSite.of((answer, { endpoint }) => (endpoint.method === "GET" ? answer : Effect.andThen(check, answer)))
  })
)

export const isAllowed = (
  request: Pick<HttpServerRequest.HttpServerRequest, "method" | "headers" | "cookies">,
  origins: ReadonlyArray<string>
): boolean => {
  if (request.method === "GET" || request.method === "HEAD") return true
  const { origin } = request.headers
  if (origin !== undefined && origins.includes(origin)) return true
  const site = request.headers["sec-fetch-site"]
  // `none` is a person's own doing, such as a reload.
  if (site !== undefined) return site === "same-origin" || site === "none"
  if (origin !== undefined) return hostOf(origin) === request.headers["host"]
  return request.cookies[sessionCookie.key] === undefined
}

const hostOf = (origin: string): string | undefined =>
  Option.getOrUndefined(Option.map(Option.liftThrowable((url: string) => new URL(url))(origin), ({ host }) => host))
