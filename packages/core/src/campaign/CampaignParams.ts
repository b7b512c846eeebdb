import { Schema } from "effect"
import { DnsParams, NewDns } from "../dns/DnsParams.ts"
import { GenerationParams, NewGeneration } from "../generation/GenerationParams.ts"
import { HttpParams, NewHttp } from "../http/HttpParams.ts"
import type { CampaignId } from "./CampaignId.ts"
import * as Chaining from "./Chaining.ts"

/** What a campaign does, by its kind: one row of one of the three parameter tables. */
export const CampaignParams = Schema.Union([GenerationParams, DnsParams, HttpParams])
export type CampaignParams = typeof CampaignParams.Type

/** The campaign whose names one of these parameters takes. Null where it spells its own, or its source has been removed. */
export const sourceOf = (params: CampaignParams | undefined): CampaignId | null => {
  switch (params?._tag) {
    case "dns_validation":
      return params.sourceGenerationCampaignId
    case "http_keyword_validation":
      return params.sourceCampaignId
    case "domain_generation":
    case undefined:
      return null
  }
}

/** A campaign to be created. Plain values in, parsed once at the door: `Campaigns.create` takes the encoded form. */
export const NewCampaign = Schema.Struct({
  name: Schema.NonEmptyString,
  metadata: Schema.optionalKey(Schema.Json),
  params: Schema.Union([NewGeneration, NewDns, NewHttp])
})
export type NewCampaign = typeof NewCampaign.Type

/**
 * Generation, DNS and HTTP campaigns created together, each fed by the one before, and started with the first unless
 * `chaining` says otherwise. A stage that is left out ends the pipeline there.
 */
export const NewPipeline = Schema.Struct({
  name: Schema.NonEmptyString,
  metadata: Schema.optionalKey(Schema.Json),
  generation: NewGeneration.mapFields(({ _tag, ...fields }) => fields),
  dns: Schema.optionalKey(
    NewDns.mapFields(({ _tag, sourceGenerationCampaignId, ...fields }) => ({
      ...fields,
      chaining: Chaining.field("behind")
    }))
  ),
  http: Schema.optionalKey(
    NewHttp.mapFields(({ _tag, sourceCampaignId, sourceType, ...fields }) => ({
      ...fields,
      chaining: Chaining.field("behind")
    }))
  )
})
export type NewPipeline = typeof NewPipeline.Type
