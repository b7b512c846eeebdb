import type { Campaign } from "@domainflow/core/campaign/Campaign"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import type { GenerationParams } from "@domainflow/core/generation/GenerationParams"
import type { StoreError } from "@domainflow/core/StoreError"
import { BigInt, Effect, Stream } from "effect"
import * as Generate from "../../generation/Generate.ts"
import { type Control, patiently } from "../Control.ts"
import * as KeptMetrics from "../KeptMetrics.ts"
import type { Lot } from "../Lot.ts"
import type { Outcome } from "../Pass.ts"

/** The unit of commit. Measured: 5,000 reach the full speed of the store, 1,000 nine tenths of it. */
const batchSize = 5_000

/** Spells what the campaign has reserved and not yet kept. */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: GenerationParams, control: Control) {
  const { append, spell } = yield* speller(campaign, params)
  const { currentOffset, startOffset } = params
  yield* spell(currentOffset, startOffset + campaign.totalItems).pipe(
    Stream.takeWhile(() => control.isOpen()),
    Stream.runForEach(append)
  )
  const outcome: Outcome = control.isOpen() ? "exhausted" : "halted"
  return outcome
})

/** Spells one lot after another, each from the first name that may be missing: a batch that is there is kept once. */
export const runLots = Effect.fnUntraced(function* <R>(
  campaign: Campaign,
  params: GenerationParams,
  control: Control,
  lots: Stream.Stream<Lot, StoreError, R>
) {
  const { append, spell } = yield* speller(campaign, params)
  const { currentOffset, startOffset } = params
  yield* Stream.runForEach(lots, (lot) => {
    const { from, until } = lot.stretch ?? { from: startOffset, until: startOffset + campaign.totalItems }
    return spell(BigInt.max(from, currentOffset), until).pipe(
      Stream.takeWhile(() => control.isOpen()),
      Stream.runForEach((batch) => lot.keep(append(batch))),
      Effect.andThen(Effect.suspend(() => lot.read(control.isOpen())))
    )
  })
})

const speller = Effect.fnUntraced(function* ({ id: campaignId }: Campaign, params: GenerationParams) {
  const domains = yield* GeneratedDomains
  const enumeration = yield* Enumeration.make(params)
  const { sourceKeyword, sourcePattern, tld } = enumeration
  return {
    /** The names at `[from, until)`. */
    spell: (from: bigint, until: bigint) =>
      from >= until ? Stream.empty : Generate.stream(enumeration, { from, count: until - from, batch: batchSize }),
    append: ({ offset, names }: Generate.Batch) =>
      patiently(domains.append({ campaignId, sourceKeyword, sourcePattern, tld, offset, names })).pipe(
        KeptMetrics.namesKept
      )
  }
})
