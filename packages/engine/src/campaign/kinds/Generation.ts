import type { Campaign } from "@domainflow/core/campaign/Campaign"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import type { GenerationParams } from "@domainflow/core/generation/GenerationParams"
import { Effect, Stream } from "effect"
import * as Generate from "../../generation/Generate.ts"
import { type Control, patiently } from "../Control.ts"
import type { Outcome } from "../Pass.ts"

/** The unit of commit. Measured: 5,000 reach the full speed of the store, 1,000 nine tenths of it. */
const batchSize = 5_000

/** Spells what the campaign has reserved and not yet kept. */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: GenerationParams, control: Control) {
  const domains = yield* GeneratedDomains
  const enumeration = yield* Enumeration.make(params)
  const source = {
    campaignId: campaign.id,
    sourceKeyword: enumeration.sourceKeyword,
    sourcePattern: enumeration.sourcePattern,
    tld: enumeration.tld
  }
  yield* Generate.stream(enumeration, {
    from: params.currentOffset,
    count: campaign.totalItems - campaign.processedItems,
    batch: batchSize
  }).pipe(
    Stream.takeWhile(() => control.isOpen()),
    Stream.runForEach(({ offset, names }) => patiently(domains.append({ ...source, offset, names })))
  )
  const outcome: Outcome = control.isOpen() ? "exhausted" : "halted"
  return outcome
})
