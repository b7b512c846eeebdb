import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import { DnsResultId } from "../dns/DnsResult.ts"
import { AdHocFinding, KeywordFinding } from "../keyword/KeywordFinding.ts"
import { PersonaId } from "../persona/PersonaId.ts"
import { ProxyId } from "../proxy/ProxyId.ts"
import { Uuid } from "../Uuid.ts"
import { HttpStatus } from "./HttpVerdict.ts"

export const HttpResultId = Uuid.pipe(Schema.brand("HttpResultId"))
export type HttpResultId = typeof HttpResultId.Type

/** What `fetch_details`, a column of ours, adds to the schema's: how the verdict came about. */
export const FetchDetails = Schema.Struct({
  reason: Schema.NullOr(Schema.String),
  port: Schema.NullOr(Schema.Int),
  urls: Schema.Array(Schema.String),
  durationMs: Schema.Finite
})
export type FetchDetails = typeof FetchDetails.Type

/** The verdict on one name's page: a row of `http_keyword_results`. */
export class HttpResult extends Schema.Class<HttpResult>("@domainflow/core/HttpResult")({
  id: HttpResultId,
  httpKeywordCampaignId: CampaignId,
  dnsResultId: Schema.NullOr(DnsResultId),
  /** A `DomainName` wherever we spelled it; a row of an older installation may hold another text, which is never asked. */
  domainName: Schema.String,
  validationStatus: HttpStatus,
  httpStatusCode: Schema.NullOr(Schema.Int),
  /** Rows of an earlier installation may hold another shape in the JSON columns: those are given as they are. */
  responseHeaders: Schema.NullOr(
    Schema.Union([Schema.Record(Schema.String, Schema.Array(Schema.String)), Schema.Json])
  ),
  pageTitle: Schema.NullOr(Schema.String),
  extractedContentSnippet: Schema.NullOr(Schema.String),
  foundKeywordsFromSets: Schema.NullOr(Schema.Union([Schema.Array(KeywordFinding), Schema.Json])),
  foundAdHocKeywords: Schema.NullOr(Schema.Union([Schema.Array(AdHocFinding), Schema.Json])),
  contentHash: Schema.NullOr(Schema.String),
  validatedByPersonaId: Schema.NullOr(PersonaId),
  usedProxyId: Schema.NullOr(ProxyId),
  attempts: nullAs(Schema.Int, 0),
  lastCheckedAt: orNull(Schema.Date),
  createdAt: Schema.Date,
  fetchDetails: Schema.NullOr(FetchDetails)
}) {}
