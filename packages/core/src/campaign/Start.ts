import { Effect } from "effect"
import type { CampaignId } from "./CampaignId.ts"
import { Campaigns } from "./Campaigns.ts"
import * as Readiness from "./Readiness.ts"

/** Queues a campaign once all that it names can be used; where something cannot, it stays as it is, and all of it is told. */
export const start = Effect.fn("Campaigns.start")(function* (id: CampaignId) {
  const campaigns = yield* Campaigns
  yield* Readiness.check(yield* campaigns.params(id))
  return yield* campaigns.move(id, "queued")
})
