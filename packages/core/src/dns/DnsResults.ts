import { Context, type Effect, type Stream } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import type { Tally } from "../campaign/Tally.ts"
import type { DomainName } from "../DomainName.ts"
import type { PersonaId } from "../persona/PersonaId.ts"
import type { StoreError } from "../StoreError.ts"
import type { DnsResult } from "./DnsResult.ts"
import type { DnsStatus, DnsVerdict } from "./DnsVerdict.ts"

/** Where the answers of DNS campaigns are kept: one for each name, for ever. */
export class DnsResults extends Context.Service<
  DnsResults,
  {
    /**
     * Names of the campaign's source that have no answer yet, by offset, after `after` (`-1n`: from the resume point that
     * `append` left). Shorter than `limit` only at the end of what the source holds now. `until`, exclusive, bounds it.
     */
    readonly questions: (
      campaignId: CampaignId,
      after: bigint,
      limit: number,
      until?: bigint
    ) => Effect.Effect<ReadonlyArray<DnsQuestion>, StoreError>

    /**
     * Keeps a batch of answers and moves the counters by what was new, and the resume point to `reached` where given,
     * in one transaction. A name that has its answer keeps it: appending twice changes nothing.
     */
    readonly append: (
      campaignId: CampaignId,
      answers: ReadonlyArray<DnsAnswer>,
      reached?: bigint
    ) => Effect.Effect<Tally, StoreError>

    /** All results by name, in pages, of one status where asked. */
    readonly stream: (campaignId: CampaignId, status?: DnsStatus) => Stream.Stream<DnsResult, StoreError>
  }
>()("@domainflow/core/DnsResults") {}

export interface DnsQuestion {
  readonly domainName: DomainName
  readonly generatedDomainId: string
  readonly offset: bigint
}

export interface DnsAnswer {
  readonly question: DnsQuestion
  readonly verdict: DnsVerdict
  readonly personaId: PersonaId | null
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}
