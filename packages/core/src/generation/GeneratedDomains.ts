import { Array, Clock, Context, Effect, Iterable, Layer, pipe, type Stream } from "effect"
import { Reach, reaches } from "../auth/Reach.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import * as Tally from "../campaign/Tally.ts"
import type { DomainName } from "../DomainName.ts"
import * as Ids from "../Ids.ts"
import * as Fence from "../job/Fence.ts"
import { Memory, unknownCampaign } from "../Memory.ts"
import * as Page from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import { GeneratedDomain, GeneratedDomainId } from "./GeneratedDomain.ts"
import { GenerationParams } from "./GenerationParams.ts"
import * as Place from "./Place.ts"

/** Where generated names are kept, in order of offset. */
export class GeneratedDomains extends Context.Service<
  GeneratedDomains,
  {
    /**
     * Keeps a batch, moves the counters by what was new and `current_offset` to the first name that is missing, in one
     * transaction, and returns how many were new. Appending a batch twice changes nothing, so a crashed campaign may
     * replay its last one; a batch that overtakes another leaves no gap behind it.
     */
    readonly append: (batch: NameBatch) => Effect.Effect<number, StoreError>

    /**
     * The names after an offset, or after a place, by offset and id, in pages of `size` rows at most; `-1n` starts at the
     * beginning. Keyset, so it holds no cursor.
     */
    readonly stream: (
      campaignId: CampaignId,
      after: bigint | Place.Place,
      size?: number
    ) => Stream.Stream<GeneratedDomain, StoreError>
  }
>()("@domainflow/core/GeneratedDomains") {
  static readonly layerMemory = Layer.effect(
    GeneratedDomains,
    Effect.gen(function* () {
      const { campaigns, generatedDomains, jobs, params } = yield* Memory

      return GeneratedDomains.of({
        append: Effect.fnUntraced(function* (batch) {
          const ids = yield* Ids.many(batch.names.length)
          const now = new Date(yield* Clock.currentTimeMillis)
          yield* Fence.inMemory(jobs, "GeneratedDomains.append")
          const campaign = campaigns.get(batch.campaignId)
          const settings = params.get(batch.campaignId)
          if (campaign === undefined || settings?._tag !== "domain_generation") {
            return yield* unknownCampaign("GeneratedDomains.append", batch.campaignId)
          }
          const shelf = generatedDomains.of(batch.campaignId)
          const before = shelf.size()
          batch.names.forEach((domainName, i) => {
            if (shelf.get(domainName) === undefined) shelf.put(row(batch, domainName, i, ids[i]!, now))
          })
          const fresh = shelf.size() - before
          campaigns.set(campaign.id, Tally.count(campaign, { successful: fresh, failed: 0 }, now))
          let { currentOffset } = settings
          const end = batch.offset + BigInt(batch.names.length)
          if (batch.offset <= currentOffset && currentOffset < end) currentOffset = end
          // A batch that came too early may lie just behind the gap that this one filled.
          for (const next of shelf.after(currentOffset - 1n)) {
            if (next.offsetIndex !== currentOffset) break
            currentOffset++
          }
          params.set(campaign.id, new GenerationParams({ ...settings, currentOffset }))
          return fresh
        }),

        stream: (campaignId, after, size = Page.maxPageSize) =>
          Page.rows(
            Place.after(after),
            size,
            ({ id, offsetIndex }): Place.Place => [offsetIndex, id],
            (last, limit) =>
              Effect.map(Reach, (reach) =>
                !reaches(reach, campaigns.get(campaignId)?.userId ?? null)
                  ? []
                  : pipe(
                      generatedDomains.of(campaignId).after(last[0] - 1n),
                      Iterable.filter(({ id, offsetIndex }) => Place.isBehind(last, offsetIndex, id)),
                      Iterable.take(limit),
                      Array.fromIterable
                    )
              )
          )
      })
    })
  )
}

/** Consecutive names of one enumeration: the first has `offset`, the next the one after. */
export interface NameBatch {
  readonly campaignId: CampaignId
  readonly offset: bigint
  readonly names: ReadonlyArray<DomainName>
  /** The constant part of the pattern, the pattern in words and the TLD: the same for every row. */
  readonly sourceKeyword: string
  readonly sourcePattern: string
  readonly tld: string
}

const row = (batch: NameBatch, domainName: DomainName, index: number, id: string, now: Date) =>
  new GeneratedDomain({
    id: GeneratedDomainId.make(id),
    domainGenerationCampaignId: batch.campaignId,
    domainName,
    sourceKeyword: batch.sourceKeyword,
    sourcePattern: batch.sourcePattern,
    tld: batch.tld,
    offsetIndex: batch.offset + BigInt(index),
    generatedAt: now,
    createdAt: now
  })
