import { Array, Clock, Context, Effect, Layer, Option, Order, type Redacted, Result } from "effect"
import type { AuditChange } from "../audit/AuditEntry.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { changed } from "../audit/Changed.ts"
import { HttpResult } from "../http/HttpResult.ts"
import * as Ids from "../Ids.ts"
import { atOnce, Memory } from "../Memory.ts"
import * as Page from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import {
  type InvalidProxy,
  type NoUsableSecret,
  Proxy,
  ProxyNotFound,
  type ProxyProtocol,
  ProxyTaken
} from "./Proxy.ts"
import * as ProxyFields from "./ProxyFields.ts"
import { ProxyId } from "./ProxyId.ts"

/** Where proxies are kept. Every change by a person writes its audit entry with it; health reports do not. */
export class Proxies extends Context.Service<
  Proxies,
  {
    readonly create: (proxy: NewProxy) => Effect.Effect<Proxy, InvalidProxy | ProxyTaken | StoreError>
    /** Changes the fields that are given; a `password` of null forgets the secret. Nothing given, nothing done. */
    readonly update: (
      id: ProxyId,
      change: Partial<NewProxy>
    ) => Effect.Effect<Proxy, ProxyNotFound | InvalidProxy | ProxyTaken | StoreError>
    readonly get: (id: ProxyId) => Effect.Effect<Proxy, ProxyNotFound | StoreError>
    /** Those that exist, in the order of the ids. */
    readonly many: (ids: ReadonlyArray<ProxyId>) => Effect.Effect<ReadonlyArray<Proxy>, StoreError>
    /** By name. */
    readonly page: (request?: Page.PageRequest) => Effect.Effect<Page.Page<Proxy>, Page.InvalidCursor | StoreError>
    /** Results that name it stay, and name none. */
    readonly remove: (id: ProxyId) => Effect.Effect<void, ProxyNotFound | StoreError>

    /** The opened secret for the one who dials; none where the proxy has none. */
    readonly secret: (
      id: ProxyId
    ) => Effect.Effect<Option.Option<Redacted.Redacted>, ProxyNotFound | NoUsableSecret | StoreError>

    /**
     * What a probe or a use showed, now. A latency that was not measured leaves the one that was. A proxy that is gone is no error: somebody deleted it
     * meanwhile.
     */
    readonly report: (id: ProxyId, health: ProxyHealthReport) => Effect.Effect<void, StoreError>
  }
>()("@domainflow/core/Proxies") {
  static readonly layerMemory = Layer.effect(
    Proxies,
    Effect.gen(function* () {
      const audit = yield* AuditLog
      const { httpResults, proxies, proxySecrets } = yield* Memory

      const find = (proxyId: ProxyId) =>
        Result.fromNullishOr(proxies.get(proxyId), () => new ProxyNotFound({ proxyId }))

      const put = (proxy: Proxy, password: Redacted.Redacted | null | undefined) => {
        for (const other of proxies.values()) {
          if (other.id === proxy.id) continue
          for (const field of ["name", "address"] as const) {
            if (other[field] === proxy[field]) return Result.fail(new ProxyTaken({ field, value: proxy[field] }))
          }
        }
        proxies.set(proxy.id, proxy)
        if (password === null) proxySecrets.delete(proxy.id)
        else if (password !== undefined) proxySecrets.set(proxy.id, password)
        return Result.succeed(proxy)
      }

      return Proxies.of({
        create: Effect.fnUntraced(function* (given) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const proxy = new Proxy({
            ...blank,
            id: ProxyId.make(yield* Ids.one),
            name: given.name,
            address: given.address,
            ...(yield* ProxyFields.read(given)),
            createdAt: now,
            updatedAt: now
          })
          yield* atOnce(() => put(proxy, given.password))
          yield* audit.append(created(proxy))
          return proxy
        }, Effect.uninterruptible),

        update: Effect.fnUntraced(function* (id, change) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const fields = yield* ProxyFields.read(change)
          if (changed(change).length === 0) return yield* atOnce(() => find(id))
          const proxy = yield* atOnce(() =>
            Result.flatMap(find(id), (current) =>
              put(new Proxy({ ...current, ...fields, updatedAt: now }), change.password)
            )
          )
          yield* audit.append(updated(proxy, change))
          return proxy
        }, Effect.uninterruptible),

        get: (id) => atOnce(() => find(id)),

        many: (ids) => Effect.sync(() => ids.flatMap((id) => proxies.get(id) ?? [])),

        page: Effect.fnUntraced(function* (request) {
          const after = yield* Page.position(Page.NameKey, request)
          const rows = Array.filter(
            proxies.values(),
            (proxy) => after === null || Order.isGreaterThan(Page.byName)(Page.nameKey(proxy), after)
          )
          return Page.page(Array.sortWith(rows, Page.nameKey, Page.byName), request, Page.nameKey)
        }),

        remove: Effect.fnUntraced(function* (id) {
          const proxy = yield* atOnce(() =>
            Result.map(find(id), (proxy) => {
              proxies.delete(id)
              proxySecrets.delete(id)
              httpResults.amend((row) => (row.usedProxyId === id ? new HttpResult({ ...row, usedProxyId: null }) : row))
              return proxy
            })
          )
          yield* audit.append(removed(proxy))
        }, Effect.uninterruptible),

        secret: (id) => atOnce(() => Result.map(find(id), () => Option.fromNullishOr(proxySecrets.get(id)))),

        report: Effect.fnUntraced(function* (id, { isHealthy, lastStatus, latencyMs }) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const proxy = proxies.get(id)
          if (proxy === undefined) return
          const seen = {
            isHealthy,
            lastStatus,
            lastCheckedAt: now,
            latencyMs: wholeMillis(latencyMs) ?? proxy.latencyMs
          }
          proxies.set(id, new Proxy({ ...proxy, ...seen, updatedAt: now }))
        })
      })
    })
  )
}

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

/** A proxy of which nothing is known. */
const blank = {
  description: null,
  protocol: null,
  username: null,
  host: null,
  port: null,
  isEnabled: true,
  isHealthy: true,
  lastStatus: null,
  lastCheckedAt: null,
  latencyMs: null,
  city: null,
  countryCode: null,
  provider: null
}

/** The column holds whole milliseconds. */
export const wholeMillis = (latencyMs: number | null): number | null =>
  latencyMs === null ? null : Math.round(latencyMs)

export const created = ({ address, id, name, protocol }: Proxy): AuditChange => ({
  action: "proxy.created",
  entityId: id,
  details: { name, address, protocol }
})

/** Which fields, never what they hold: one of them is the secret. */
export const updated = ({ id, name }: Proxy, change: object): AuditChange => ({
  action: "proxy.updated",
  entityId: id,
  details: { name, changed: changed(change) }
})

export const removed = ({ address, id, name }: Proxy): AuditChange => ({
  action: "proxy.deleted",
  entityId: id,
  details: { name, address }
})
