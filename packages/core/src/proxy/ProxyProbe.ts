import { Context, type Effect, type Redacted } from "effect"
import type { ProxyHealthReport } from "./Proxies.ts"
import type { Proxy } from "./Proxy.ts"

/**
 * How a proxy is tried when somebody asks for it. Dialling is the engine's: its `proxy/ProxyProbe` brings this. Null where
 * a host does not offer it.
 */
export interface ProxyProbe {
  /** What one conversation with the proxy showed. It answers within seconds, and never fails: not answering is an answer. */
  readonly probe: (proxy: Proxy, secret: Redacted.Redacted | null) => Effect.Effect<ProxyHealthReport>
}

export const ProxyProbe = Context.Reference<ProxyProbe | null>("@domainflow/core/ProxyProbe", {
  defaultValue: () => null
})
