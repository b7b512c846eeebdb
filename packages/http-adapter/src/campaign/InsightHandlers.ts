import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Explanations } from "@domainflow/core/campaign/Explanations"
import * as Plan from "@domainflow/core/campaign/Plan"
import type { ConfigStates } from "@domainflow/core/generation/ConfigStates"
import { Jobs } from "@domainflow/core/job/Jobs"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "insight",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    const explanations = yield* Explanations
    const jobs = yield* Jobs
    const stores = yield* Effect.context<Campaigns | ConfigStates>()
    return handlers.handleAll({
      plan: ({ payload }) => Effect.provideContext(Plan.make(payload), stores),
      outcome: ({ params }) => Effect.provideContext(Plan.outcome(params.id), stores),
      // A chain belongs to one owner: whoever reaches its end reaches all of it.
      explain: ({ params: { id, name } }) => Effect.andThen(campaigns.get(id), explanations.of(id, name)),
      jobs: ({ params: { id }, query }) => Effect.andThen(campaigns.get(id), jobs.page({ campaignId: id }, query))
    })
  })
)
