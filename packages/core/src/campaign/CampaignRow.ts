import { Result } from "effect"
import { reaches } from "../auth/Reach.ts"
import type { UserId } from "../auth/UserId.ts"
import { DnsParams } from "../dns/DnsParams.ts"
import { ConfigState } from "../generation/ConfigState.ts"
import { GenerationParams } from "../generation/GenerationParams.ts"
import * as Reservation from "../generation/Reservation.ts"
import { HttpParams } from "../http/HttpParams.ts"
import type { Memory } from "../Memory.ts"
import { Campaign, CampaignNotFound, type CampaignStatus } from "./Campaign.ts"
import type { CampaignParams } from "./CampaignParams.ts"
import * as Draft from "./Draft.ts"
import * as Progress from "./Progress.ts"

/** A new campaign in each table it has a row in, and how far the names of its pattern are then given away. */
export interface CampaignRow {
  readonly campaign: Campaign
  readonly settings: CampaignParams
  readonly state: ConfigState | null
}

/** The rows of campaigns that are created together, a source before what it feeds. All of them, or why not one can be. */
export const created = (
  drafts: ReadonlyArray<Draft.Draft>,
  tables: Pick<Memory["Service"], "campaigns" | "configStates">,
  reach: UserId | null,
  now: Date
) =>
  Result.gen(function* () {
    const rows: Array<CampaignRow> = []
    for (const draft of drafts) {
      const { from } = draft
      if (from._tag === "Reservation") {
        const { configDetails, configHash } = from
        const start = tables.configStates.get(configHash)?.lastOffset ?? 0n
        const count = yield* Reservation.grant(from, start)
        const state = new ConfigState({ configHash, configDetails, lastOffset: start + count, updatedAt: now })
        rows.push({ campaign: campaignOf(draft, count, now), settings: paramsOf(draft, start), state })
      } else {
        const { campaignId } = from
        const source =
          rows.find(({ campaign }) => campaign.id === campaignId)?.campaign ?? tables.campaigns.get(campaignId)
        if (source === undefined || !reaches(reach, source.userId))
          return yield* Result.fail(new CampaignNotFound({ campaignId }))
        yield* Draft.accept(from, source.campaignType)
        const campaign = campaignOf(draft, Draft.offered(source, from.chaining), now)
        rows.push({ campaign, settings: paramsOf(draft, 0n), state: null })
      }
    }
    return rows
  })

/** A campaign after a move: when it began, when it ended and what was wrong in it follow from the state. */
export const moved = (campaign: Campaign, to: CampaignStatus, error: string | undefined, now: Date) => {
  const goesOn = to === "queued" || to === "running"
  const ends = to === "completed" || to === "failed" || to === "cancelled"
  return new Campaign({
    ...campaign,
    status: to,
    startedAt: to === "running" ? (campaign.startedAt ?? now) : campaign.startedAt,
    completedAt: goesOn ? null : ends ? now : campaign.completedAt,
    errorMessage: goesOn ? null : (error ?? campaign.errorMessage),
    updatedAt: now
  })
}

const campaignOf = (draft: Draft.Draft, totalItems: bigint, now: Date) =>
  new Campaign({
    id: draft.id,
    name: draft.name,
    campaignType: draft.params._tag,
    status: "pending",
    userId: draft.owner,
    totalItems,
    processedItems: 0n,
    successfulItems: 0n,
    failedItems: 0n,
    progressPercentage: Progress.percentage(0n, totalItems),
    metadata: draft.metadata,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    completedAt: null,
    errorMessage: null
  })

const paramsOf = ({ from, id: campaignId, params }: Draft.Draft, start: bigint): CampaignParams => {
  switch (params._tag) {
    case "domain_generation":
      return new GenerationParams({
        ...params,
        campaignId,
        totalPossibleCombinations: from._tag === "Reservation" ? from.size : 0n,
        startOffset: start,
        currentOffset: start
      })
    case "dns_validation":
      return new DnsParams({ ...params, campaignId, lastOffset: -1n })
    case "http_keyword_validation":
      return new HttpParams({ ...params, campaignId, proxyPoolId: null, lastProcessedDomainName: null })
  }
}
