import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Paces } from "@domainflow/core/campaign/Paces"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect, Semaphore } from "effect"
import { monotonicMillis } from "../Elapsed.ts"
import { patiently } from "./Control.ts"

/** At most so many names a minute, evenly, over all workers; the campaign's `processing_speed_per_minute`. */
export interface Pace {
  /** The largest number to take at once such that a pace is even over seconds and a pause is felt at once. */
  readonly most: (batchSize: number) => number
  /** Returns when `count` names may start. Who takes while another waits for its turn comes after that. */
  readonly take: (count: number) => Effect.Effect<void, StoreError>
}

const unlimited: Pace = { most: (batchSize) => batchSize, take: () => Effect.void }

/** A pace of `perMinute` names; 0 is unlimited. */
export const make = (campaignId: CampaignId, perMinute: number): Effect.Effect<Pace, never, Paces> =>
  Effect.map(Paces, (paces) => (perMinute <= 0 ? unlimited : limited(paces, campaignId, perMinute)))

const limited = (paces: Paces["Service"], campaignId: CampaignId, perMinute: number): Pace => {
  const second = Math.max(1, Math.floor(perMinute / 60))
  const millisPerPlace = 60_000 / perMinute
  // Places are fetched by the second and handed out by the batch: however small the batches, the store has one write a second.
  let left = 0
  let nextTurn = 0
  const turns = Semaphore.makeUnsafe(1)

  const take = Effect.fnUntraced(function* (count: number) {
    let turn: number | undefined
    for (let missing = count; missing > 0; ) {
      if (left === 0) {
        const places = Math.max(second, missing)
        const wait = yield* patiently(paces.take(campaignId, perMinute, places))
        left = places
        nextTurn = (yield* monotonicMillis) + wait
      }
      turn ??= nextTurn
      const taken = Math.min(left, missing)
      left -= taken
      missing -= taken
      nextTurn += taken * millisPerPlace
    }
    const wait = turn === undefined ? 0 : turn - (yield* monotonicMillis)
    if (wait > 0) yield* Effect.sleep(wait)
  }, turns.withPermits(1))
  return { most: (batchSize) => Math.min(batchSize, second), take }
}
