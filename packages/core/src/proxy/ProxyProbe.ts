import { Context, type Effect, type Redacted } from "effect"
import type { ProxyHealthReport } from "./Proxies.ts"
import type { Proxy } from "./Proxy.ts"

/**
 * How a proxy is tried when somebody asks for it. Dialling is the engine's: its `proxy/ProxyProbe` brings this. Null where
 * a host does not offer it.
 */
export interface ProxyProbe {
  /**
   * What the proxy showed: one good answer and it is healthy, three failures in a row and it is not. It answers within
   * ten seconds, and never fails: not answering is an answer.
   */
  readonly probe: (proxy: Proxy, secret: Redacted.Redacted | null) => Effect.Effect<ProxyHealthReport>
}

export const ProxyProbe = Context.Reference<ProxyProbe | null>("@domainflow/core/ProxyProbe", {
  defaultValue: () => null
})
