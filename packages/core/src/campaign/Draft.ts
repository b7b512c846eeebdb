import { Effect, Result, Schema } from "effect"
import type { UserId } from "../auth/UserId.ts"
import type { NewDns } from "../dns/DnsParams.ts"
import type * as Enumeration from "../generation/Enumeration.ts"
import type { InvalidPattern } from "../generation/InvalidPattern.ts"
import * as Reservation from "../generation/Reservation.ts"
import type { NewHttp, SourceType } from "../http/HttpParams.ts"
import * as Ids from "../Ids.ts"
import * as Issue from "../Issue.ts"
import { type Campaign, type CampaignType, InvalidCampaign } from "./Campaign.ts"
import { CampaignId } from "./CampaignId.ts"
import { NewCampaign, NewPipeline } from "./CampaignParams.ts"
import * as Chaining from "./Chaining.ts"

/** A campaign that reads well and has its id: what only the store knows is still to be found out. */
export interface Draft {
  readonly id: CampaignId
  readonly name: string
  readonly owner: UserId | null
  readonly metadata: Schema.Json | null
  readonly params: NewCampaign["params"]
  /** Where its names come from: an enumeration, or another campaign. */
  readonly from: Reservation.Reservation | Source
}

/** The campaign that gives the names: which one, how it is followed, of which type it must be, and the field that says so. */
export interface Source {
  readonly _tag: "Source"
  readonly campaignId: CampaignId
  readonly chaining: Chaining.Chaining
  readonly type: CampaignType
  readonly path: string
}

/** Reads what a caller sent. The owner is who the caller says, not part of what was sent. */
export const one = Effect.fnUntraced(function* (campaign: unknown, owner: UserId | undefined) {
  const { metadata = null, name, params } = yield* decode(NewCampaign, campaign)
  return yield* make({ id: CampaignId.make(yield* Ids.one), name, owner: owner ?? null, metadata, params })
})

/** Reads a pipeline: one draft a stage, in the order they run, each naming the one before as its source. */
export const many = Effect.fnUntraced(function* (pipeline: unknown, owner: UserId | undefined) {
  const { dns, generation, http, metadata = null, name } = yield* decode(NewPipeline, pipeline)
  if (http !== undefined && dns === undefined) {
    return yield* new InvalidCampaign({ path: "dns", reason: "is missing: the http stage fetches what it resolves" })
  }
  const [first, second, third] = (yield* Ids.many(3)).map((id) => CampaignId.make(id)) as [
    // As many as were asked for.
    CampaignId,
    CampaignId,
    CampaignId
  ]
  const stage = (id: CampaignId, title: string, params: NewCampaign["params"]) =>
    make({ id, name: `${name} (${title})`, owner: owner ?? null, metadata, params })

  const drafts = [yield* stage(first, "generation", { ...generation, _tag: "domain_generation" })]
  if (dns !== undefined) {
    drafts.push(yield* stage(second, "DNS", { ...dns, _tag: "dns_validation", sourceGenerationCampaignId: first }))
  }
  if (http !== undefined) {
    const from = { sourceType: "DNSValidation", sourceCampaignId: second } as const
    drafts.push(yield* stage(third, "HTTP", { ...http, _tag: "http_keyword_validation", ...from }))
  }
  return drafts
})

/** The source is there; is it one that gives such names? */
export const accept = (self: Source, found: CampaignType): Result.Result<void, InvalidCampaign> =>
  found === self.type
    ? Result.void
    : Result.fail(
        new InvalidCampaign({ path: self.path, reason: `names a ${found} campaign, expected a ${self.type} campaign` })
      )

/**
 * How many names a source offers to who follows it so: those it has given and, until it has ended, those it still may.
 * `given` is what it really holds where somebody has counted; its own counters stand in.
 */
export const offered = (
  campaign: Pick<Campaign, "status" | "totalItems" | "processedItems" | "successfulItems">,
  chaining: Chaining.Chaining,
  given = campaign.successfulItems
): bigint => {
  const left = campaign.totalItems - campaign.processedItems
  return Chaining.hasEnded(chaining, campaign.status) || left < 0n ? given : given + left
}

const make = Effect.fnUntraced(function* (
  draft: Omit<Draft, "from">
): Effect.fn.Return<Draft, InvalidPattern | Enumeration.SpaceTooLarge> {
  const { params } = draft
  if (params._tag !== "domain_generation") return { ...draft, from: source(params) }
  const from = yield* Reservation.make(params)
  // Stored as it is hashed, in one form.
  return { ...draft, params: { ...params, tld: from.configDetails.tld }, from }
})

const source = (params: NewDns | NewHttp): Source => {
  switch (params._tag) {
    case "dns_validation":
      return {
        _tag: "Source",
        campaignId: params.sourceGenerationCampaignId,
        chaining: params.chaining,
        type: "domain_generation",
        path: "params.sourceGenerationCampaignId"
      }
    case "http_keyword_validation":
      return {
        _tag: "Source",
        campaignId: params.sourceCampaignId,
        chaining: params.chaining,
        type: sourceTypes[params.sourceType],
        path: "params.sourceCampaignId"
      }
  }
}

const sourceTypes: Record<SourceType, CampaignType> = {
  DomainGeneration: "domain_generation",
  DNSValidation: "dns_validation"
}

const decode = <S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  input: unknown
): Effect.Effect<S["Type"], InvalidCampaign> =>
  Schema.decodeUnknownEffect(schema)(input).pipe(Effect.mapError((error) => new InvalidCampaign(Issue.first(error))))
