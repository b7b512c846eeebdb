import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar, OpenApi } from "effect/http-api"
import { Api } from "./Api.ts"

/** The description of the API (OpenAPI 3.1), and a page to read it on. Both need nothing from anywhere else. */
export const layer = (prefix: string) => {
  const servers = [{ url: prefix === "" ? "/" : prefix }]
  return Layer.mergeAll(
    HttpRouter.add(
      "GET",
      "/openapi.json",
      Effect.sync(() => HttpServerResponse.jsonUnsafe({ ...OpenApi.fromApi(Api), servers }))
    ),
    HttpApiScalar.layer(Api, {
      path: "/docs",
      scalar: { withDefaultFonts: false, baseServerURL: servers[0]!.url }
    })
  )
}

/** What the page may load: what came with it, and the API. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")
