import type { ProxyHealthReport } from "@domainflow/core/proxy/Proxies"
import type { Proxy } from "@domainflow/core/proxy/Proxy"
import { Context, type Effect, type Redacted } from "effect"

/**
 * How a proxy is tried. Dialling is the engine's, which this package does not know: a host that wants the test action brings
 * this. Without it the action answers that it is not offered.
 */
export interface ProxyProbe {
  readonly probe: (proxy: Proxy, secret: Redacted.Redacted | null) => Effect.Effect<ProxyHealthReport>
}

export const ProxyProbe = Context.Reference<ProxyProbe | null>("@domainflow/http-adapter/ProxyProbe", {
  defaultValue: () => null
})
