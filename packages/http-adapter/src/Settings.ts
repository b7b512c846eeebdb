import { Context, type Duration, type Redacted } from "effect"

/** What a host may say about where the adapter stands. */
export interface Settings {
  /**
   * Networks whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`. None by default: then the address of a client is the
   * one that its connection comes from, whatever the headers say.
   */
  readonly trustedProxies: ReadonlyArray<string>
  /**
   * Origins of pages that may write, such as `https://app.example.com` to an API at `api.example.com`. None by default: then a page
   * must come from the host that the request was sent to. Of the same site they must be, for the cookie is `SameSite=Lax`, and
   * CORS is the host's: its preflight, and `Access-Control-Allow-Credentials`.
   */
  readonly origins: ReadonlyArray<string>
  /** What a collector shows as `Authorization: Bearer` to read the metrics; without one, or with an empty one, it takes a session. */
  readonly metricsToken: Redacted.Redacted | null
  /** How long a body may take to arrive. */
  readonly bodyTimeout: Duration.Input
  /** How long a stream of events lives until its client is asked to come back: rights are looked at anew then. */
  readonly eventsFor: Duration.Input
  /** How often a quiet stream of events says that it is there. */
  readonly eventsHeartbeat: Duration.Input
}

export const defaults: Settings = {
  trustedProxies: [],
  origins: [],
  metricsToken: null,
  bodyTimeout: "10 seconds",
  eventsFor: "15 minutes",
  eventsHeartbeat: "20 seconds"
}

export const Settings = Context.Reference<Settings>("@domainflow/http-adapter/Settings", {
  defaultValue: () => defaults
})
