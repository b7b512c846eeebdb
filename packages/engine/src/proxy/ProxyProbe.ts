import type { ProxyHealthReport } from "@domainflow/core/proxy/Proxies"
import type { Proxy } from "@domainflow/core/proxy/Proxy"
import { ProxyProbe } from "@domainflow/core/proxy/ProxyProbe"
import { Effect, Layer, type Redacted } from "effect"
import type * as Tls from "../http/Tls.ts"
import { usual } from "../http/Tls.ts"
import * as Endpoint from "./Endpoint.ts"
import * as ProxyRoad from "./ProxyRoad.ts"

/** Tries proxies as campaigns do in the background. `ca` are authorities trusted beside the usual ones. */
export const layer = ({ ca }: { readonly ca?: ReadonlyArray<string> } = {}) => {
  let tls: Tls.Tls | undefined
  const theTls = () => {
    tls ??= usual(ca)
    return tls
  }
  return Layer.succeed(ProxyProbe, { probe: (proxy, secret) => probe(proxy, secret, theTls) })
}

const probe = (proxy: Proxy, secret: Redacted.Redacted | null, tls: () => Tls.Tls): Effect.Effect<ProxyHealthReport> =>
  Effect.suspend(() => {
    const endpoint = Endpoint.of(proxy, secret)
    if (endpoint === undefined) return Effect.succeed(sick("its address is none"))
    if (proxy.username !== null && secret === null) return Effect.succeed(sick("no usable secret"))
    let seen = sick("no answer")
    const road = ProxyRoad.make(proxy.id, endpoint, tls, {
      answered: (latencyMs) =>
        Effect.sync(() => {
          seen = { isHealthy: true, lastStatus: "ok", latencyMs }
        }),
      broke: (status) =>
        Effect.sync(() => {
          seen = sick(status)
        })
    })
    return Effect.map(road.probe, () => seen)
  })

const sick = (lastStatus: string): ProxyHealthReport => ({ isHealthy: false, lastStatus, latencyMs: null })
