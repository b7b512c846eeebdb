import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Paces } from "@domainflow/core/campaign/Paces"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect } from "effect"
import { patiently } from "./Control.ts"

/** At most so many names a minute, evenly, over all workers; the campaign's `processing_speed_per_minute`. */
export interface Pace {
  /** The largest number to take at once such that a pace is even over seconds and a pause is felt at once. */
  readonly most: (batchSize: number) => number
  /** Returns when `count` names may start. */
  readonly take: (count: number) => Effect.Effect<void, StoreError>
}

const unlimited: Pace = { most: (batchSize) => batchSize, take: () => Effect.void }

/** A pace of `perMinute` names; 0 is unlimited. */
export const make = (campaignId: CampaignId, perMinute: number): Effect.Effect<Pace, never, Paces> =>
  Effect.map(Paces, (paces) =>
    perMinute <= 0
      ? unlimited
      : {
          most: (batchSize) => Math.max(1, Math.min(batchSize, Math.floor(perMinute / 60))),
          take: (count) =>
            count === 0
              ? Effect.void
              : Effect.flatMap(patiently(paces.take(campaignId, perMinute, count)), (wait) =>
                  wait > 0 ? Effect.sleep(wait) : Effect.void
                )
        }
  )
