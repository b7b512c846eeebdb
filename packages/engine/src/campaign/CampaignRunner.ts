import { type Campaign, type CampaignNotFound, isFinal } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import type { CampaignParams } from "@domainflow/core/campaign/CampaignParams"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import type { StoreError } from "@domainflow/core/StoreError"
import { Context, Effect, Layer } from "effect"
import { type Control, patiently, watch } from "./Control.ts"
import * as Dns from "./kinds/Dns.ts"
import * as Generation from "./kinds/Generation.ts"
import * as Http from "./kinds/Http.ts"

/** How often a paused campaign is looked at; half of the 2 s within which a resume is felt. */
const pausedInterval = "1 second"

/**
 * Runs campaigns in this process, from wherever they stand to their end: killed at any moment and run again it goes on
 * from what is kept, and a name that was answered is not asked again.
 */
export class CampaignRunner extends Context.Service<
  CampaignRunner,
  {
    /**
     * Returns when the campaign is completed, cancelled or failed. Pause and cancel from any process are followed within
     * 2 s: what has been asked is finished and kept, nothing new is asked; a paused campaign is waited for. A campaign
     * behind one that still runs follows it. While the store is away it waits. An error that ends the campaign is
     * its `errorMessage` too; personas, sets or proxies that cannot be used leave it as it was.
     */
    readonly run: (id: CampaignId) => Effect.Effect<Campaign, RunError>
  }
>()("@domainflow/engine/CampaignRunner") {
  static readonly layer = Layer.effect(
    CampaignRunner,
    Effect.gen(function* () {
      const context = yield* Effect.context<Effect.Services<ReturnType<typeof run>>>()
      return CampaignRunner.of({ run: (id) => run(id).pipe(Effect.provideContext(context)) })
    })
  )
}

/** Everything that can keep a campaign from its end, besides an order to stop. */
export type RunError = CampaignNotFound | StoreError | Effect.Error<ReturnType<typeof Start.start | typeof stretch>>

const run = Effect.fn("CampaignRunner.run")(function* (id: CampaignId) {
  const campaigns = yield* Campaigns
  while (true) {
    const campaign = yield* patiently(campaigns.get(id))
    if (isFinal(campaign.status)) return campaign
    // Whoever else moves the campaign meanwhile wins: the next turn reads what they made of it.
    yield* step(campaign).pipe(Effect.catchTag("IllegalTransition", () => Effect.void))
  }
})

const step = Effect.fnUntraced(function* (campaign: Campaign) {
  const campaigns = yield* Campaigns
  const { id, status } = campaign
  if (status === "pending") yield* patiently(Start.start(id, "pending"))
  else if (status === "queued") yield* patiently(campaigns.move(id, "running", undefined, "queued"))
  else if (status === "paused") yield* Effect.sleep(pausedInterval)
  else {
    const outcome = yield* stretch(campaign).pipe(
      Effect.tapError((error) => patiently(campaigns.move(id, "failed", error.message)).pipe(Effect.ignore))
    )
    if (outcome === "exhausted") {
      yield* patiently(campaigns.measure(id))
      yield* patiently(campaigns.move(id, "completed"))
    }
  }
})

/** What a campaign that is `running` has left to do, until nothing is or it is told to stop. */
const stretch = Effect.fnUntraced(function* ({ id }: Campaign) {
  const campaigns = yield* Campaigns
  const params = yield* patiently(campaigns.params(id))
  const control = yield* watch(id, params)
  return yield* work(yield* patiently(campaigns.measure(id)), params, control)
}, Effect.scoped)

const work = (campaign: Campaign, params: CampaignParams, control: Control) => {
  switch (params._tag) {
    case "domain_generation":
      return Generation.run(campaign, params, control)
    case "dns_validation":
      return Dns.run(campaign, params, control)
    case "http_keyword_validation":
      return Http.run(campaign, params, control)
  }
}
