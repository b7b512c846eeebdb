import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Docs from "./Docs.ts"
import { unknownRoute } from "./problem/errors.ts"
import { contentType, document } from "./problem/Problem.ts"

/** Around every answer: the headers that keep browsers from guessing, and a problem document where there is no such address. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.use((router) =>
  router.addGlobalMiddleware((answer) =>
    answer.pipe(
      Effect.catchIf(isUnknownRoute, () =>
        Effect.map(HttpServerRequest.HttpServerRequest, ({ method }) =>
          HttpServerResponse.jsonUnsafe(
            document(
              "UnknownRoute",
              unknownRoute,
              `nothing here answers ${method}: see openapi.json for what there is`
            ),
            { status: unknownRoute.status, contentType }
          )
        )
      ),
      Effect.map((response) => HttpServerResponse.setHeaders(response, { ...headers, ...response.headers }))
    )
  )
)

const headers = {
  // What is told to one session is nobody else's, a cache's neither.
  "cache-control": "no-store",
  "content-security-policy": Docs.contentSecurityPolicy,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const isUnknownRoute = (error: unknown): error is HttpServerError.HttpServerError =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"
