import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Docs from "./Docs.ts"
import * as Metrics from "./metrics/Metrics.ts"
import { methodNotAllowed, unknownRoute } from "./problem/errors.ts"
import { contentType, document } from "./problem/Problem.ts"
import * as Routes from "./Routes.ts"

/** Around every answer: it is counted, has the headers that keep browsers from guessing, and is a problem document where nothing answers. */
export const layer = (prefix: string): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.flatMap(Effect.context<never>(), (context) =>
      router.addGlobalMiddleware((answer) =>
        answer.pipe(
          Effect.catchIf(isUnknownRoute, () =>
            Effect.map(HttpServerRequest.HttpServerRequest, ({ method, url }) => nothingAt(method, url, prefix))
          ),
          Effect.map((response) => {
            Metrics.answered(response.status, context)
            return HttpServerResponse.setHeaders(response, { ...headers, ...response.headers })
          })
        )
      )
    )
  )

/** There is no such address, or it does not do what is asked (RFC 9110 15.5.6). */
const nothingAt = (method: string, url: string, prefix: string) => {
  const path = url.slice(prefix.length).split("?", 1)[0]!
  const methods = url.startsWith(prefix) ? Routes.methodsOf(path) : []
  if (methods.length === 0) {
    const detail = `nothing here answers ${method}: see openapi.json for what there is`
    return HttpServerResponse.jsonUnsafe(document("UnknownRoute", unknownRoute, detail), {
      status: unknownRoute.status,
      contentType
    })
  }
  const detail = `${method} is not done here: use ${methods.join(" or ")}`
  return HttpServerResponse.jsonUnsafe(document("MethodNotAllowed", methodNotAllowed, detail), {
    status: methodNotAllowed.status,
    contentType,
    headers: { allow: methods.join(", ") }
  })
}

const headers = {
  // What is told to one session is nobody else's, a cache's neither.
  "cache-control": "no-store",
  "content-security-policy": Docs.contentSecurityPolicy,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const isUnknownRoute = (error: unknown): error is HttpServerError.HttpServerError =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"
