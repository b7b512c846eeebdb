import { Effect, Schema } from "effect"
import { CampaignId } from "../campaign/CampaignId.ts"

/** A row of `domain_generation_campaign_params`: the pattern as its user spelled it, and how far it has been spelled. */
export class GenerationParams extends Schema.TaggedClass<GenerationParams>("@domainflow/core/GenerationParams")(
  "domain_generation",
  {
    campaignId: CampaignId,
    patternType: Schema.String,
    variableLength: Schema.NullOr(Schema.Int),
    characterSet: Schema.NullOr(Schema.String),
    constantString: Schema.NullOr(Schema.String),
    tld: Schema.String,
    /** What was asked for; 0 asked for all that was left. The campaign's `totalItems` is what it got. */
    numDomainsToGenerate: Schema.Int,
    totalPossibleCombinations: Schema.BigInt,
    /** Where the reserved range begins; it ends before `startOffset + totalItems` of the campaign. */
    startOffset: Schema.BigInt,
    /** The absolute offset of the next name to spell: every name of the range before it is kept. */
    currentOffset: Schema.BigInt
  }
) {}

/** What a caller says to have names generated. `numDomainsToGenerate` 0, the default, means all that is left of the space. */
export const NewGeneration = Schema.TaggedStruct("domain_generation", {
  patternType: Schema.String,
  variableLength: Schema.Int,
  characterSet: Schema.String,
  constantString: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
  tld: Schema.String,
  numDomainsToGenerate: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_147_483_647 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0))
  )
})
export type NewGeneration = typeof NewGeneration.Type
