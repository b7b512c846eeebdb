import { Context, type Effect, type Stream } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import type { Tally } from "../campaign/Tally.ts"
import type { DomainName } from "../DomainName.ts"
import type { PersonaId } from "../persona/PersonaId.ts"
import type { ProxyId } from "../proxy/ProxyId.ts"
import type { StoreError } from "../StoreError.ts"
import type { HttpResult } from "./HttpResult.ts"
import type { HttpStatus, HttpVerdict } from "./HttpVerdict.ts"

/** Where the findings of HTTP campaigns are kept: one for each name, for ever. */
export class HttpResults extends Context.Service<
  HttpResults,
  {
    /**
     * Names of the campaign's source (the resolved ones of a DNS campaign, all of a generation campaign) that have no
     * result yet, by name, after `after` (null: from `last_processed_domain_name`). Shorter than `limit` only at the end
     * of what the source holds now. `until`, exclusive, bounds it.
     */
    readonly questions: (
      campaignId: CampaignId,
      after: string | null,
      limit: number,
      until?: string
    ) => Effect.Effect<ReadonlyArray<HttpQuestion>, StoreError>

    /**
     * Keeps a batch and moves the counters by what was new, and `last_processed_domain_name` to `reached` where given, in
     * one transaction. A name that has its result keeps it: appending twice changes nothing.
     */
    readonly append: (
      campaignId: CampaignId,
      answers: ReadonlyArray<HttpAnswer>,
      reached?: string
    ) => Effect.Effect<Tally, StoreError>

    /** All results by name, in pages, of one status where asked. */
    readonly stream: (campaignId: CampaignId, status?: HttpStatus) => Stream.Stream<HttpResult, StoreError>
  }
>()("@domainflow/core/HttpResults") {}

export interface HttpQuestion {
  readonly domainName: DomainName
  readonly dnsResultId: string | null
}

export interface HttpAnswer {
  readonly question: HttpQuestion
  readonly verdict: HttpVerdict
  readonly personaId: PersonaId | null
  readonly proxyId: ProxyId | null
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}
