import { Proxies } from "@domainflow/core/proxy/Proxies"
import { ProxyProbe } from "@domainflow/core/proxy/ProxyProbe"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { NotOffered } from "./ProxiesApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "proxies",
  Effect.fn(function* (handlers) {
    const proxies = yield* Proxies
    const probe = yield* ProxyProbe
    return handlers.handleAll({
      list: ({ query }) => proxies.page(query),
      create: ({ payload }) => proxies.create(payload),
      get: ({ params }) => proxies.get(params.id),
      update: ({ params, payload }) => proxies.update(params.id, payload),
      test: Effect.fn(function* ({ params: { id } }) {
        if (probe === null) return yield* new NotOffered()
        const proxy = yield* proxies.get(id)
        const health = yield* proxies.secret(id).pipe(
          Effect.flatMap((secret) => probe.probe(proxy, Option.getOrNull(secret))),
          // To try it with no password would be another proxy's test, and might lock the account.
          Effect.catchTag("NoUsableSecret", ({ status }) =>
            Effect.succeed({ isHealthy: false, lastStatus: status, latencyMs: null })
          )
        )
        yield* proxies.report(id, health)
        return yield* proxies.get(id)
      }),
      remove: ({ params }) => proxies.remove(params.id)
    })
  })
)
