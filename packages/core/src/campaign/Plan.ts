import { Effect } from "effect"
import { ConfigStates } from "../generation/ConfigStates.ts"
import * as Reservation from "../generation/Reservation.ts"
import type { CampaignType } from "./Campaign.ts"
import type { CampaignId } from "./CampaignId.ts"
import type { NewCampaign, NewPipeline } from "./CampaignParams.ts"
import { Campaigns } from "./Campaigns.ts"
import * as Draft from "./Draft.ts"

/** What a campaign will come to, said before anything runs. */
export interface Plan {
  readonly campaignType: CampaignType
  readonly names: bigint
  /** Whether it is that number; otherwise it is at most that many, and the source has yet to show how many. */
  readonly isExact: boolean
  /**
   * What is asked for these names when all exist and nothing fails: an A and an AAAA question a name for DNS, a page a name for
   * HTTP, none for generation. A name that does not exist costs one question; second attempts and the aliases of a chain
   * come on top.
   */
  readonly queries: bigint
  /** At the pace of `processingSpeedPerMinute`; null where there is none, and the network and the store decide. */
  readonly seconds: number | null
}

/** A campaign's plan, made anew from what is stored, beside what it came to. */
export interface Outcome {
  readonly plan: Plan
  readonly names: bigint
  readonly successful: bigint
  /** From its start to its end, or to its latest change while it runs; null before. */
  readonly seconds: number | null
}

/** Two record types are asked for each name: A and AAAA. */
const questionsPerName = 2n

/**
 * What each campaign of a pipeline, or one campaign by itself, would come to if it were created now. Nothing is reserved:
 * whoever creates a campaign of the same pattern first gets the names first.
 */
export const make = Effect.fn("Plan.make")(function* (given: typeof NewCampaign.Encoded | typeof NewPipeline.Encoded) {
  const drafts = "params" in given ? [yield* Draft.one(given, undefined)] : yield* Draft.many(given, undefined)
  const plans = new Map<CampaignId, Plan>()
  for (const { from, id, params } of drafts) {
    const names =
      from._tag === "Reservation"
        ? { count: yield* reserved(from), isExact: true }
        : yield* offered(from, plans.get(from.campaignId))
    plans.set(
      id,
      of(params._tag, names.count, names.isExact, "batchSize" in params ? params.processingSpeedPerMinute : 0)
    )
  }
  return [...plans.values()]
})

/** What a campaign was to come to, and what it has come to so far. */
export const outcome = Effect.fn("Plan.outcome")(function* (id: CampaignId) {
  const campaigns = yield* Campaigns
  const campaign = yield* campaigns.get(id)
  const params = yield* campaigns.params(id)
  const perMinute = params._tag === "domain_generation" ? 0 : params.processingSpeedPerMinute
  const { campaignType, completedAt, startedAt, successfulItems, totalItems, updatedAt } = campaign
  const result: Outcome = {
    plan: of(campaignType, totalItems, true, perMinute),
    names: campaign.processedItems,
    successful: successfulItems,
    seconds: startedAt === null ? null : ((completedAt ?? updatedAt).getTime() - startedAt.getTime()) / 1_000
  }
  return result
})

const of = (campaignType: CampaignType, names: bigint, isExact: boolean, perMinute: number): Plan => ({
  campaignType,
  names,
  isExact,
  queries: { domain_generation: 0n, dns_validation: names * questionsPerName, http_keyword_validation: names }[
    campaignType
  ],
  seconds: perMinute > 0 ? (Number(names) / perMinute) * 60 : null
})

/** As many names as creating it would reserve. */
const reserved = Effect.fnUntraced(function* (reservation: Reservation.Reservation) {
  const state = yield* ConfigStates.use((states) => states.get(reservation.configHash))
  return yield* Effect.fromResult(Reservation.grant(reservation, state._tag === "Some" ? state.value.lastOffset : 0n))
})

/** The names of a source: those of another plan, or of a campaign that exists. */
const offered = Effect.fnUntraced(function* (source: Draft.Source, plan: Plan | undefined) {
  // Every generated name is resolved; of those that are resolved only some have a page.
  if (plan !== undefined)
    return { count: plan.names, isExact: plan.isExact && plan.campaignType === "domain_generation" }
  const campaign = yield* Campaigns.use((campaigns) => campaigns.get(source.campaignId))
  const left = campaign.totalItems - campaign.processedItems
  return {
    count: Draft.offered(campaign, source.chaining),
    isExact: campaign.campaignType === "domain_generation" || left <= 0n
  }
})
