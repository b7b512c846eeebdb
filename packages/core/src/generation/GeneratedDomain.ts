import { Schema } from "effect"
import { CampaignId } from "../campaign/CampaignId.ts"
import { Uuid } from "../Uuid.ts"

export const GeneratedDomainId = Uuid.pipe(Schema.brand("GeneratedDomainId"))
export type GeneratedDomainId = typeof GeneratedDomainId.Type

/** A name a campaign has spelled, and the absolute offset at which it did: a row of `generated_domains`. */
export class GeneratedDomain extends Schema.Class<GeneratedDomain>("@domainflow/core/GeneratedDomain")({
  id: GeneratedDomainId,
  domainGenerationCampaignId: CampaignId,
  /** A `DomainName` wherever we spelled it; a row of an older installation may hold another text, which is never asked. */
  domainName: Schema.String,
  sourceKeyword: Schema.NullOr(Schema.String),
  sourcePattern: Schema.NullOr(Schema.String),
  tld: Schema.NullOr(Schema.String),
  offsetIndex: Schema.BigInt,
  generatedAt: Schema.Date,
  createdAt: Schema.Date
}) {}
