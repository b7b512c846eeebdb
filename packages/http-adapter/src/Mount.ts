import type { IncomingMessage, ServerResponse } from "node:http"
import type { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Exit, Layer, Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "./Api.ts"
import * as HealthHandlers from "./health/HealthHandlers.ts"

/** What a host mounts: one of the two handlers, and `dispose` for when it stops. */
export interface Mounted {
  /** For hosts that speak Fetch: Next.js, Hono, workers. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly dispose: () => Promise<void>
}

export interface MountedOnNode {
  /** For `node:http`, Express, Fastify. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly dispose: () => Promise<void>
}

/** The stores the handlers call; a host provides PostgreSQL's or those in memory. */
export type Stores = Layer.Layer<Campaigns, unknown>

const routes = (stores: Stores) =>
  HttpApiBuilder.layer(Api).pipe(Layer.provide(HealthHandlers.layer), Layer.provide(stores))

/** As a function from `Request` to `Response`. */
export const web = (stores: Stores): Mounted => {
  const { dispose, handler } = HttpRouter.toWebHandler(routes(stores).pipe(Layer.provide(HttpServer.layerServices)), {
    disableLogger: true
  })
  return { fetch: (request) => handler(request), dispose }
}

/** As a listener of `node:http`. */
export const node = async (stores: Stores): Promise<MountedOnNode> => {
  const scope = Scope.makeUnsafe()
  const handler = await Effect.gen(function* () {
    const app = yield* HttpRouter.toHttpEffect(routes(stores))
    return yield* NodeHttpServer.makeHandler(app, { scope })
  }).pipe(Effect.provide(NodeHttpServer.layerHttpServices), Scope.provide(scope), Effect.runPromise)
  return { handler, dispose: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}
