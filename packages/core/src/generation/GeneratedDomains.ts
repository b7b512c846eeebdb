import { Context, type Effect, type Stream } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import type { DomainName } from "../DomainName.ts"
import type { StoreError } from "../StoreError.ts"
import type { GeneratedDomain } from "./GeneratedDomain.ts"

/** Where generated names are kept, in order of offset. */
export class GeneratedDomains extends Context.Service<
  GeneratedDomains,
  {
    /**
     * Keeps a batch, moves `current_offset` and the counters by what was new, in one transaction, and returns how many
     * were. Appending a batch twice changes nothing, so a crashed campaign may replay its last one.
     */
    readonly append: (batch: NameBatch) => Effect.Effect<number, StoreError>

    /** The names after an offset, by offset, in pages; `-1n` starts at the beginning. Keyset, so it holds no cursor. */
    readonly stream: (campaignId: CampaignId, after: bigint) => Stream.Stream<GeneratedDomain, StoreError>
  }
>()("@domainflow/core/GeneratedDomains") {}

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
