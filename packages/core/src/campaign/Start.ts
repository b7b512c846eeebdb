import { Effect } from "effect"
import type { CampaignStatus } from "./Campaign.ts"
import type { CampaignId } from "./CampaignId.ts"
import { Campaigns } from "./Campaigns.ts"
import * as Readiness from "./Readiness.ts"

/**
 * Queues a campaign once all that it names can be used; where something cannot, it stays as it is, and all of it is told. With `from`,
 * only out of that state: whoever decided by it must not undo what somebody did meanwhile.
 */
export const start = Effect.fn("Campaigns.start")(function* (id: CampaignId, from?: CampaignStatus) {
  const campaigns = yield* Campaigns
  yield* Readiness.check(yield* campaigns.params(id))
  return yield* campaigns.move(id, "queued", undefined, from)
})
