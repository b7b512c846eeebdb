import { IllegalTransition } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { start } from "@domainflow/core/campaign/Start"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import type { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import type { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import type { Personas } from "@domainflow/core/persona/Personas"
import type { Proxies } from "@domainflow/core/proxy/Proxies"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { Caller } from "../session/Session.ts"

/** Names of a preview: enough to see the pattern in. */
const previewed = 20

export const layer = HttpApiBuilder.group(
  Api,
  "campaigns",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    const named = yield* Effect.context<Campaigns | KeywordSets | LinearRegex | Personas | Proxies>()
    const owner = Effect.map(Caller, ({ principal }) => principal.userId)
    const queue = (id: CampaignId) => Effect.provideContext(start(id), named)

    return handlers.handleAll({
      list: ({ query: { after, limit, ...filter } }) =>
        campaigns.page(filter, {
          ...(after === undefined ? {} : { after }),
          ...(limit === undefined ? {} : { limit })
        }),
      create: ({ payload }) => Effect.flatMap(owner, (owner) => campaigns.create(payload, owner)),
      createPipeline: ({ payload }) => Effect.flatMap(owner, (owner) => campaigns.createPipeline(payload, owner)),
      preview: ({ payload }) =>
        Effect.map(Enumeration.make(payload), ({ size, sourcePattern, spell }) => ({
          size,
          names: spell(0n, size < previewed ? Number(size) : previewed),
          pattern: sourcePattern
        })),
      get: ({ params }) => campaigns.get(params.id),
      update: ({ params, payload }) => campaigns.update(params.id, payload),
      params: ({ params }) => campaigns.params(params.id),
      fedBy: ({ params }) => Effect.andThen(campaigns.get(params.id), campaigns.fedBy(params.id)),
      start: ({ params }) => queue(params.id),
      pause: ({ params }) => campaigns.move(params.id, "paused"),
      resume: Effect.fn(function* ({ params: { id } }) {
        const { status: from } = yield* campaigns.get(id)
        // What was never paused is started, not resumed.
        if (from !== "paused") return yield* new IllegalTransition({ campaignId: id, from, to: "running" })
        return yield* queue(id)
      }),
      cancel: ({ params }) => campaigns.move(params.id, "cancelled"),
      archive: ({ params }) => campaigns.move(params.id, "archived"),
      remove: ({ params }) => campaigns.remove(params.id)
    })
  })
)
