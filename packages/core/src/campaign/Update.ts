import { Effect, Option, Schema, Stream } from "effect"
import type { StoreError } from "../StoreError.ts"
import { type Campaign, type CampaignNotFound, CampaignStatus, isFinal } from "./Campaign.ts"

/** How a campaign stands after a change of its state or its counters. */
export const Update = Schema.Struct({
  /** Greater for every change of the campaign: the cursor from which a stream goes on. */
  seq: Schema.BigInt,
  at: Schema.Date,
  status: CampaignStatus,
  totalItems: Schema.BigInt,
  processedItems: Schema.BigInt,
  successfulItems: Schema.BigInt,
  failedItems: Schema.BigInt
})
export type Update = typeof Update.Type

export const of = (campaign: Campaign, seq: bigint): Update => ({
  seq,
  at: campaign.updatedAt,
  status: campaign.status,
  totalItems: campaign.totalItems,
  processedItems: campaign.processedItems,
  successfulItems: campaign.successfulItems,
  failedItems: campaign.failedItems
})

/** Whether a change of a campaign is one that is told. */
export const differs = (a: Campaign, b: Campaign): boolean =>
  a.status !== b.status ||
  a.totalItems !== b.totalItems ||
  a.processedItems !== b.processedItems ||
  a.successfulItems !== b.successfulItems ||
  a.failedItems !== b.failedItems

/**
 * How often a store is asked for news: a tenth of the second in which a person notices. Asking costs one look at a
 * primary key, while telling would cost every commit of a batch the one lock that PostgreSQL has for notifications.
 */
const interval = "100 millis"

/** Looks for news between two looks at whether there will be any: a campaign that is gone tells nothing. */
const looks = 10

/** Changes read at once. */
const page = 1_000

/**
 * Every change in order, once, and none left out: first how the campaign stands now, or what came after `after`. Ends
 * with the campaign. `latest` answers the newest change, `read` those after a cursor.
 */
export const watch = (store: {
  readonly latest: Effect.Effect<Update, CampaignNotFound | StoreError>
  readonly read: (after: bigint, limit: number) => Effect.Effect<ReadonlyArray<Update>, StoreError>
  readonly after: bigint | undefined
}): Stream.Stream<Update, CampaignNotFound | StoreError> => {
  const from = (after: bigint) =>
    Stream.paginate({ last: after, quiet: 0 }, ({ last, quiet }) =>
      Effect.gen(function* () {
        const updates = yield* patiently(store.read(last, page))
        const newest = updates.at(-1)
        if (newest !== undefined)
          return [
            updates,
            isFinal(newest.status) ? Option.none() : Option.some({ last: newest.seq, quiet: 0 })
          ] as const
        // Nothing new: the end, if the campaign has ended, or is gone with everything that was to be told.
        if (quiet % looks === 0) {
          const { status } = yield* patiently(store.latest)
          if (isFinal(status) && (yield* patiently(store.read(last, 1))).length === 0)
            return [[], Option.none()] as const
        }
        yield* Effect.sleep(interval)
        return [[], Option.some({ last, quiet: quiet + 1 })] as const
      })
    )
  if (store.after !== undefined) return from(store.after)
  return Stream.unwrap(
    Effect.map(patiently(store.latest), (now) =>
      isFinal(now.status) ? Stream.make(now) : Stream.concat(Stream.make(now), from(now.seq))
    )
  )
}

/** A store that is away for a while is waited for: a watcher survives what the campaign survives. */
const patiently = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E | StoreError>) =>
  effect.pipe(
    Effect.tapError((error) => (isPassing(error) ? Effect.sleep(interval) : Effect.void)),
    Effect.retry({ while: isPassing })
  )

const isPassing = (error: { readonly _tag: string; readonly retryable?: boolean }) =>
  error._tag === "StoreError" && error.retryable === true
