import { Proxies, type ProxyHealthReport } from "@domainflow/core/proxy/Proxies"
import type { Proxy, ProxyStrategy } from "@domainflow/core/proxy/Proxy"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import type { StoreError } from "@domainflow/core/StoreError"
import { Array, type Duration, Effect, Option, Random, Schedule, Scope } from "effect"
import { monotonicMillis } from "../Elapsed.ts"
import { fault } from "../http/Fault.ts"
import type { Roads } from "../http/Road.ts"
import * as Tls from "../http/Tls.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Health from "./Health.ts"
import * as ProxyRoad from "./ProxyRoad.ts"
import { type Candidate, strategies } from "./Strategy.ts"

export interface ProxySelectorOptions {
  /** In the order of preference. */
  readonly proxyIds: ReadonlyArray<ProxyId>
  readonly strategy?: ProxyStrategy
  /** Shares for `weighted`, whole numbers from 1 on; a proxy that is not named has 1. */
  readonly weights?: Readonly<Record<string, number>>
  /** Between two looks at every proxy: its row and its health. */
  readonly probeEvery?: Duration.Input
  /** Certificates trusted beside the platform's, in PEM: for proxies of the protocol `https`. */
  readonly ca?: ReadonlyArray<string>
}

export interface ProxySelector extends Roads {
  /** Proxies that may be chosen now. */
  readonly left: Effect.Effect<number>
}

/**
 * Chooses a proxy for every attempt among those that are enabled and healthy, and watches over their health: from use,
 * and by a probe in the background. It has probed each once when it is ready. Rows are read again with each probe, so a
 * proxy that somebody disables or mends takes part accordingly.
 */
export const make = Effect.fnUntraced(function* (
  options: ProxySelectorOptions
): Effect.fn.Return<ProxySelector, StoreError, Proxies | Scope.Scope> {
  const { probeEvery = "30 seconds", proxyIds, strategy = "round_robin", weights = {} } = options
  const proxies = yield* Proxies
  const scope = yield* Scope.Scope
  const tls = Tls.usualOnDemand(options.ca)
  const choose = strategies[strategy]
  const members = new Map<ProxyId, Member>()
  let turn = 0

  /** Keeps what was learnt; tells the store at once when it is news, and else now and then. */
  const learn = (id: ProxyId, change: (health: Health.Health) => Health.Health) =>
    Effect.gen(function* () {
      const member = members.get(id)
      if (member === undefined) return
      const before = member.health
      member.health = change(before)
      const { isHealthy, latencyMs, status } = member.health
      const now = yield* monotonicMillis
      const isNews = isHealthy !== before.isHealthy || status !== before.status
      if (!isNews && now - member.reportedAt < reportEvery) return
      member.reportedAt = now
      yield* Effect.forkIn(report(id, { isHealthy, lastStatus: status, latencyMs }), scope)
    })

  const report = (id: ProxyId, health: ProxyHealthReport) =>
    Effect.catch(proxies.report(id, health), (error) =>
      Effect.logWarning(`the health of proxy ${id} is not kept: ${error.message}`)
    )

  /** How a proxy is spoken to; in words where nobody can. */
  const endpointOf = (proxy: Proxy): Effect.Effect<Endpoint.Endpoint | string, StoreError> =>
    proxies.secret(proxy.id).pipe(
      Effect.map((secret) => Endpoint.of(proxy, Option.getOrNull(secret)) ?? Endpoint.noAddress),
      Effect.catchTags({
        NoUsableSecret: ({ status }) => Effect.succeed(status),
        ProxyNotFound: ({ message }) => Effect.succeed(message)
      })
    )

  const admit = Effect.fnUntraced(function* (proxy: Proxy) {
    if (!proxy.isEnabled) return void members.delete(proxy.id)
    const endpoint = yield* endpointOf(proxy)
    if (typeof endpoint === "string") {
      members.delete(proxy.id)
      if (proxy.isHealthy || proxy.lastStatus !== endpoint)
        yield* report(proxy.id, { isHealthy: false, lastStatus: endpoint, latencyMs: null })
      return
    }
    const known = members.get(proxy.id)
    // A use under way keeps the road it began on.
    members.set(proxy.id, {
      proxy,
      road: ProxyRoad.make(proxy.id, endpoint, tls, {
        answered: (latencyMs) => learn(proxy.id, (health) => Health.succeeded(health, latencyMs)),
        broke: (status) => learn(proxy.id, (health) => Health.failed(health, status)),
        lives: learn(proxy.id, Health.lived)
      }),
      health: known?.health ?? {
        isHealthy: proxy.isHealthy,
        failures: 0,
        status: proxy.lastStatus ?? "",
        latencyMs: proxy.latencyMs
      },
      weight: Math.max(1, Math.round(weights[proxy.id] ?? 1)),
      reportedAt: known?.reportedAt ?? Number.NEGATIVE_INFINITY
    })
  })

  const look = Effect.gen(function* () {
    const rows = yield* proxies.many(proxyIds)
    const present = new Set(rows.map(({ id }) => id))
    for (const id of members.keys()) if (!present.has(id)) members.delete(id)
    yield* Effect.forEach(rows, admit, { discard: true })
    yield* Effect.forEach(members.values(), ({ road }) => road.probe, { concurrency: probesAtOnce, discard: true })
  })

  yield* look
  yield* look.pipe(
    Effect.catch((error) => Effect.logWarning(`proxies are not looked at: ${error.message}`)),
    Effect.repeat(Schedule.spaced(probeEvery)),
    Effect.delay(probeEvery),
    Effect.forkIn(scope)
  )

  const candidates = (): ReadonlyArray<Candidate> =>
    proxyIds.flatMap((id) => {
      const member = members.get(id)
      return member?.health.isHealthy ? [{ ...member, latencyMs: member.health.latencyMs }] : []
    })

  return {
    left: Effect.sync(() => candidates().length),
    next: Effect.gen(function* () {
      const healthy = candidates()
      if (!Array.isReadonlyArrayNonEmpty(healthy)) return yield* Effect.fail(noneLeft)
      const { proxy } = choose(healthy, turn++, yield* Random.next)
      // One of the candidates, each of which is a member.
      return members.get(proxy.id)!.road
    })
  }
})

interface Member {
  readonly proxy: Proxy
  readonly road: ProxyRoad.ProxyRoad
  health: Health.Health
  readonly weight: number
  /** When the store was told last, in milliseconds since the epoch. */
  reportedAt: number
}

/** What a name comes to where nothing can be chosen. */
export const reasonOfNone = "no healthy proxy is left"
const noneLeft = fault("ProxyError", reasonOfNone)

/** Milliseconds between two reports without news: rows are read by people, and uses are thousands a second. */
const reportEvery = 30_000

const probesAtOnce = 16
