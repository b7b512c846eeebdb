import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Effect, Option, Schedule } from "effect"
import { type ProxySelector, reasonOfNone } from "../proxy/ProxySelector.ts"

/** How often it is looked whether there is a proxy left: soon enough for somebody who watches. */
const lookInterval = "1 second"

/** Has a running campaign say that no healthy proxy is left to it, and take it back when there is one. */
export const keep = Effect.fnUntraced(function* (id: CampaignId, proxies: ProxySelector) {
  const campaigns = yield* Campaigns
  // Whoever wrote it may be gone.
  const before = yield* Effect.option(campaigns.get(id))
  let said = Option.exists(before, ({ errorMessage }) => errorMessage === reasonOfNone)
  const look = Effect.gen(function* () {
    const none = (yield* proxies.left) === 0
    if (none === said) return
    yield* campaigns.say(id, none ? reasonOfNone : null)
    said = none
  }).pipe(Effect.catch((error) => Effect.logWarning(`campaign ${id} has no say: ${error.message}`)))

  yield* look.pipe(Effect.repeat(Schedule.spaced(lookInterval)), Effect.forkScoped)
  // Names may be fewer than a second's worth.
  yield* Effect.addFinalizer(() => look)
})
