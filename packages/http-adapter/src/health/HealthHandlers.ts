import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { NotReady } from "./HealthApi.ts"

const ok = { status: "ok" } as const

export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    return handlers.handleAll({
      live: () => Effect.succeed(ok),
      ready: () =>
        campaigns.page({}, { limit: 1 }).pipe(
          Effect.as(ok),
          Effect.mapError(() => new NotReady())
        )
    })
  })
)
