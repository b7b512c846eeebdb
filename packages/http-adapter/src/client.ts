import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { Api } from "./Api.ts"

export { Api } from "./Api.ts"

/** The API as typed methods, `client.campaigns.get({ params: { id } })`; errors come back as core's own classes. */
export type Client = HttpApiClient.ForApi<typeof Api>

export interface Options {
  /** Where the API is mounted, such as `/api` in a page of the same host, or a whole URL elsewhere. */
  readonly baseUrl: string
  /** For hosts that are no browser: how requests are made, cookies included. */
  readonly fetch?: typeof globalThis.fetch
}

/** A client that a browser can run: it sends the session's cookie to its own origin, and to no other. */
export const make = ({ baseUrl, fetch = globalThis.fetch }: Options) =>
  HttpApiClient.make(Api, { baseUrl }).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.provideService(FetchHttpClient.Fetch, fetch),
    Effect.provideService(FetchHttpClient.RequestInit, { credentials: "same-origin" })
  )
