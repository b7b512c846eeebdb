import { Context, type Effect, type Option, type Redacted } from "effect"
import type { Page, PageRequest } from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import type { InvalidProxy, Proxy, ProxyNotFound, ProxyProtocol, ProxyTaken } from "./Proxy.ts"
import type { ProxyId } from "./ProxyId.ts"

/** Where proxies are kept. Every change by a person writes its audit entry with it; health reports do not. */
export class Proxies extends Context.Service<
  Proxies,
  {
    readonly create: (proxy: NewProxy) => Effect.Effect<Proxy, InvalidProxy | ProxyTaken | StoreError>
    /** Changes the fields that are given; a `password` of null forgets the secret. */
    readonly update: (
      id: ProxyId,
      change: Partial<NewProxy>
    ) => Effect.Effect<Proxy, ProxyNotFound | InvalidProxy | ProxyTaken | StoreError>
    readonly get: (id: ProxyId) => Effect.Effect<Proxy, ProxyNotFound | StoreError>
    /** Those that exist, in the order of the ids. */
    readonly many: (ids: ReadonlyArray<ProxyId>) => Effect.Effect<ReadonlyArray<Proxy>, StoreError>
    /** By name. */
    readonly page: (request?: PageRequest) => Effect.Effect<Page<Proxy>, StoreError>
    readonly remove: (id: ProxyId) => Effect.Effect<void, ProxyNotFound | StoreError>

    /** The opened secret for the one who dials; none where there is no usable one (a value that is no envelope of ours). */
    readonly secret: (id: ProxyId) => Effect.Effect<Option.Option<Redacted.Redacted>, ProxyNotFound | StoreError>

    /** What a probe or a use showed. A proxy that is gone is no error: somebody deleted it meanwhile. */
    readonly report: (id: ProxyId, health: ProxyHealthReport) => Effect.Effect<void, StoreError>
  }
>()("@domainflow/core/Proxies") {}

export interface NewProxy {
  readonly name: string
  readonly description?: string | null
  /** `host:port` without credentials; version 6 in brackets. */
  readonly address: string
  readonly protocol: ProxyProtocol
  readonly username?: string | null
  readonly password?: Redacted.Redacted | null
  readonly isEnabled?: boolean
  readonly city?: string | null
  readonly countryCode?: string | null
  readonly provider?: string | null
}

export interface ProxyHealthReport {
  readonly isHealthy: boolean
  /** In words, without secrets: `ok`, `connect refused`, `407 credentials refused`. */
  readonly lastStatus: string
  /** Of a connection through it, where one was made. */
  readonly latencyMs: number | null
}
