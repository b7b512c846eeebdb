import { ProxyProbe } from "@domainflow/core/proxy/ProxyProbe"
import { Effect, Layer, Schedule } from "effect"
import * as Tls from "../http/Tls.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Health from "./Health.ts"
import * as ProxyRoad from "./ProxyRoad.ts"

export interface ProxyProbeOptions {
  /** Certificates trusted beside the platform's, in PEM: for proxies of the protocol `https`. */
  readonly ca?: ReadonlyArray<string>
}

/**
 * Tries a proxy for somebody who wants to know now, as a campaign's selector does in the background: one good answer and
 * it is healthy, three failures in a row and it is out. No host is asked for; the secret is in nothing that is answered.
 */
export const make = (options: ProxyProbeOptions = {}): ProxyProbe => {
  const tls = Tls.usualOnDemand(options.ca)
  return {
    probe: Effect.fnUntraced(function* (proxy, secret) {
      let health: Health.Health = { isHealthy: true, failures: 0, status: "", latencyMs: null }
      const endpoint = Endpoint.of(proxy, secret)
      if (endpoint === undefined) return { isHealthy: false, lastStatus: Endpoint.noAddress, latencyMs: null }
      const { probe } = ProxyRoad.make(proxy.id, endpoint, tls, {
        answered: (latencyMs) =>
          Effect.sync(() => {
            health = Health.succeeded(health, latencyMs)
          }),
        broke: (status) =>
          Effect.sync(() => {
            health = Health.failed(health, status)
          }),
        lives: Effect.sync(() => {
          health = Health.lived(health)
        })
      })
      yield* probe.pipe(
        Effect.repeat({ schedule: pause, until: () => health.failures === 0 || !health.isHealthy }),
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () =>
            Effect.sync(() => {
              health = { ...health, isHealthy: false, status: health.status || `no answer within ${patience}` }
            })
        })
      )
      return { isHealthy: health.isHealthy, lastStatus: health.status, latencyMs: health.latencyMs }
    })
  }
}

export const layer = (options?: ProxyProbeOptions) => Layer.succeed(ProxyProbe, make(options))

/** For all tries together: somebody waits. */
const patience = "10 seconds"

/** Between two tries: what refused just now refuses again at once. */
const pause = Schedule.spaced("200 millis")
