import { Clock, Context, Effect, Layer } from "effect"
import type { StoreError } from "../StoreError.ts"
import type { CampaignId } from "./CampaignId.ts"

/** The pace that all workers of a campaign share: one queue for them all, whose end the store keeps. */
export class Paces extends Context.Service<
  Paces,
  {
    /**
     * Takes the next `count` places of a campaign's queue of `perMinute` names, and answers in how many milliseconds their
     * turn comes; 0 when it has. Places that nobody took in time are gone: who was slow does not earn a burst.
     *
     * A worker takes a second's worth at a time, so the store sees one write a second however many workers there are.
     */
    readonly take: (campaignId: CampaignId, perMinute: number, count: number) => Effect.Effect<number, StoreError>
  }
>()("@domainflow/core/Paces") {
  static readonly layerMemory = Layer.sync(Paces, () => {
    const free = new Map<CampaignId, number>()
    return Paces.of({
      take: (campaignId, perMinute, count) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const turn = Math.max(now, free.get(campaignId) ?? 0)
          free.set(campaignId, turn + (count * 60_000) / perMinute)
          return turn - now
        })
    })
  })
}
