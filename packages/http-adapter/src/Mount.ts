import type { IncomingMessage, ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import type { AuditLog } from "@domainflow/core/audit/AuditLog"
import type { Auth } from "@domainflow/core/auth/Auth"
import type { AuthLog } from "@domainflow/core/auth/AuthLog"
import type { Roles } from "@domainflow/core/auth/Roles"
import type { Users } from "@domainflow/core/auth/Users"
import type { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { Explanations } from "@domainflow/core/campaign/Explanations"
import type { DnsResults } from "@domainflow/core/dns/DnsResults"
import type { ConfigStates } from "@domainflow/core/generation/ConfigStates"
import type { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import type { HttpResults } from "@domainflow/core/http/HttpResults"
import type { Jobs } from "@domainflow/core/job/Jobs"
import type { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import type { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import type { Personas } from "@domainflow/core/persona/Personas"
import type { Proxies } from "@domainflow/core/proxy/Proxies"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Effect, Layer, ManagedRuntime, References, type Scope, Tracer } from "effect"
import { HttpEffect, HttpRouter, HttpServer, type HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import * as AuditHandlers from "./audit/AuditHandlers.ts"
import * as AccountHandlers from "./auth/AccountHandlers.ts"
import * as AuthHandlers from "./auth/AuthHandlers.ts"
import * as CampaignsHandlers from "./campaign/CampaignsHandlers.ts"
import * as Events from "./campaign/Events.ts"
import * as EventsHandlers from "./campaign/EventsHandlers.ts"
import * as InsightHandlers from "./campaign/InsightHandlers.ts"
import * as NodeEvents from "./campaign/NodeEvents.ts"
import * as Outlet from "./campaign/Outlet.ts"
import * as ResultsHandlers from "./campaign/ResultsHandlers.ts"
import * as Docs from "./Docs.ts"
import * as Envelope from "./Envelope.ts"
import * as HealthHandlers from "./health/HealthHandlers.ts"
import * as KeywordSetsHandlers from "./keyword/KeywordSetsHandlers.ts"
import * as MetricsHandlers from "./metrics/MetricsHandlers.ts"
import { Places } from "./Places.ts"
import * as PersonasHandlers from "./persona/PersonasHandlers.ts"
import * as Problems from "./problem/Problems.ts"
import * as ProxiesHandlers from "./proxy/ProxiesHandlers.ts"
import { defaults, Settings } from "./Settings.ts"
import * as Operator from "./session/Operator.ts"
import * as SameSite from "./session/SameSite.ts"
import * as Session from "./session/Session.ts"
import * as UsersHandlers from "./user/UsersHandlers.ts"

/** What the handlers call; a host provides PostgreSQL's or those in memory. */
export type Ports =
  | AuditLog
  | Auth
  | AuthLog
  | Campaigns
  | ConfigStates
  | DnsResults
  | Explanations
  | GeneratedDomains
  | HttpResults
  | Jobs
  | KeywordSets
  | LinearRegex
  | Personas
  | Proxies
  | Roles
  | Users

export interface Options extends Partial<Settings> {
  /** The path under which the host mounts the API, such as `/api`; none by default. */
  readonly prefix?: `/${string}`
}

/** What a host mounts, and `stop` for when it stops: streams are told to reconnect, open requests finish, the ports close. */
export interface Mounted {
  /** For hosts that speak Fetch: Next.js, Hono, workers. They know the peer's address, the request does not say it. */
  readonly fetch: (request: Request, peer?: { readonly address: string | null }) => Promise<Response>
  readonly stop: () => Promise<void>
}

export interface MountedOnNode {
  /** For `node:http`, Express, Fastify. Bodies must not have been read by anybody else. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly stop: () => Promise<void>
}

/** How long open requests may take when the host stops. */
const grace = 10_000

/** As a function from `Request` to `Response`. */
export const web = <E>(ports: Layer.Layer<Ports, E>, options: Options = {}): Mounted => {
  const runtime = ManagedRuntime.make(
    served(ports, options, Outlet.web).pipe(Layer.provideMerge(HttpServer.layerServices))
  )
  const open = new Set<Promise<void>>()
  // The scope of a request is closed behind the last of its body, or once nobody wants it; that of an event feed behind its head.
  const counted = Effect.acquireRelease(
    Effect.sync(() => {
      const over = Promise.withResolvers<void>()
      open.add(over.promise)
      return over
    }),
    ({ promise, resolve }) =>
      Effect.sync(() => {
        open.delete(promise)
        resolve()
      })
  )
  const app = runtime
    .context()
    .then((context) =>
      HttpEffect.toWebHandlerWith<Provided, HttpServerRequest.HttpServerRequest | Scope.Scope>(context)(
        Effect.andThen(counted, Context.get(context, HttpRouter.HttpRouter).asHttpEffect())
      )
    )
  // Told at the first request.
  app.catch(() => {})
  return {
    fetch: async (request, peer) => {
      const handler = await app
      return handler(request, Context.make(Session.Peer, peer?.address ?? null) as Context.Context<never>)
    },
    stop: async () => {
      await runtime.runPromise(Effect.flatMap(Events.Events, ({ stop }) => stop))
      await Promise.race([Promise.allSettled(open), sleep(grace, undefined, { ref: false })])
      await runtime.dispose()
    }
  }
}

/** As a listener of `node:http`. */
export const node = async <E>(ports: Layer.Layer<Ports, E>, options: Options = {}): Promise<MountedOnNode> => {
  const runtime = ManagedRuntime.make(
    served(ports, options, (feed) => feed).pipe(Layer.provideMerge(NodeHttpServer.layerHttpServices))
  )
  const context = await runtime.context()
  const app = Context.get(context, HttpRouter.HttpRouter).asHttpEffect()
  // Each request copies what it runs with, and the handlers bring theirs; of the platform's it needs nothing.
  const lean = Context.pick(References.TracerEnabled)(context)
  const places = new Places((scope) => Effect.runSyncWith(lean)(NodeHttpServer.makeHandler(app, { scope })))
  const watched = new Set<ServerResponse>()
  const events = NodeEvents.handler(app, lean)
  return {
    handler: (request, response) => {
      if (!NodeEvents.isAsked(request)) return places.answer(request, response)
      if (response.closed) return
      watched.add(response)
      response.once("close", () => watched.delete(response))
      events(request, response)
    },
    stop: async () => {
      await runtime.runPromise(Effect.flatMap(Events.Events, ({ stop }) => stop))
      const open = [...places.open, ...watched]
      // Who is answered now need not come back on this connection: it would keep the port until it has idled long enough.
      for (const response of open) response.shouldKeepAlive = false
      const closed = open.map((response) => new Promise((resolve) => response.once("close", resolve)))
      await Promise.race([Promise.all(closed), sleep(grace, undefined, { ref: false })])
      await Effect.runPromise(places.close)
      await runtime.dispose()
    }
  }
}

type Provided = HttpRouter.HttpRouter | Events.Events | Layer.Success<typeof HttpServer.layerServices>

/** The router with everything on it, below the prefix of the host. */
const served = <E>(
  ports: Layer.Layer<Ports, E>,
  { prefix, ...settings }: Options,
  form: (feed: Outlet.Feed) => unknown
) =>
  Layer.mergeAll(HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)), Docs.layer(prefix ?? ""), spans).pipe(
    Layer.provide(Layer.effect(HttpRouter.HttpRouter, Effect.map(HttpRouter.HttpRouter, under(prefix)))),
    Layer.provideMerge(Envelope.layer(prefix ?? "")),
    Layer.provideMerge(HttpRouter.layer),
    Layer.provideMerge(Events.layer),
    Layer.provide(Layer.succeed(Outlet.Form, form)),
    Layer.provide(ports),
    Layer.provide(Layer.succeed(Settings, { ...defaults, ...settings }))
  )

/** Spans that no tracer takes anywhere are not made: a request has a dozen of them. */
const spans = Layer.effect(
  References.TracerEnabled,
  Effect.all([References.TracerEnabled, Tracer.Tracer]).pipe(
    Effect.map(([isEnabled, tracer]) => isEnabled && tracer !== Tracer.nativeTracer)
  )
)

const under = (prefix: string | undefined) => (router: HttpRouter.HttpRouter) =>
  prefix === undefined ? router : router.prefixed(prefix)

const handlers = Layer.mergeAll(
  AuthHandlers.layer,
  AccountHandlers.layer,
  CampaignsHandlers.layer,
  ResultsHandlers.layer,
  EventsHandlers.layer,
  InsightHandlers.layer,
  PersonasHandlers.layer,
  KeywordSetsHandlers.layer,
  ProxiesHandlers.layer,
  UsersHandlers.layer,
  AuditHandlers.layer,
  MetricsHandlers.layer,
  HealthHandlers.layer
).pipe(Layer.provideMerge([Problems.layer, SameSite.layer, Session.layer, Operator.layer]))
