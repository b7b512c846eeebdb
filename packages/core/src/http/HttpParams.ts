import { Effect, Schema } from "effect"
import { nullAs } from "../Column.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import * as Chaining from "../campaign/Chaining.ts"
import { KeywordSetId } from "../keyword/KeywordSetId.ts"
import { PersonaId } from "../persona/PersonaId.ts"
import { ProxyStrategy } from "../proxy/Proxy.ts"
import { ProxyId } from "../proxy/ProxyId.ts"
import { Uuid } from "../Uuid.ts"

/** Where an HTTP campaign takes its names from: all generated ones, or those that resolved. */
export const SourceType = Schema.Literals(["DomainGeneration", "DNSValidation"])
export type SourceType = typeof SourceType.Type

const int = (minimum: number, fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: 2_147_483_647 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback))
  )
const none = <S extends Schema.Top>(item: S) =>
  Schema.Array(item).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))

/** A row of `http_keyword_campaign_params`. */
export class HttpParams extends Schema.TaggedClass<HttpParams>("@domainflow/core/HttpParams")(
  "http_keyword_validation",
  {
    campaignId: CampaignId,
    sourceCampaignId: CampaignId,
    sourceType: SourceType,
    personaIds: Schema.Array(PersonaId),
    keywordSetIds: nullAs(Schema.Array(KeywordSetId), []),
    adHocKeywords: nullAs(Schema.Array(Schema.String), []),
    proxyIds: nullAs(Schema.Array(ProxyId), []),
    proxyPoolId: Schema.NullOr(Uuid),
    proxySelectionStrategy: Schema.NullOr(Schema.String),
    rotationIntervalSeconds: nullAs(Schema.Int, 0),
    /** Names a minute over all workers; 0: as fast as the personas allow. */
    processingSpeedPerMinute: nullAs(Schema.Int, 0),
    /** The unit of commit. */
    batchSize: nullAs(Schema.Int, 10),
    /** Further tries after the first. */
    retryAttempts: nullAs(Schema.Int, 1),
    /** Empty: 443, then 80. */
    targetHttpPorts: nullAs(Schema.Array(Schema.Int), []),
    /** The resume point: every name up to this one, in order of name, has its result. */
    lastProcessedDomainName: Schema.NullOr(Schema.String),
    chaining: Chaining.column,
    metadata: Schema.NullOr(Schema.Json)
  }
) {}

/** What a caller says to have pages fetched and searched. */
export const NewHttp = Schema.TaggedStruct("http_keyword_validation", {
  sourceCampaignId: CampaignId,
  sourceType: SourceType.pipe(Schema.withDecodingDefaultKey(Effect.succeed("DNSValidation" as const))),
  personaIds: Schema.NonEmptyArray(PersonaId),
  keywordSetIds: none(KeywordSetId),
  adHocKeywords: none(Schema.NonEmptyString),
  proxyIds: none(ProxyId),
  /** For `weighted`, `metadata.proxyWeights` has the shares by proxy id: whole numbers from 1 to 1,000, 1 for who is not named. */
  proxySelectionStrategy: Schema.NullOr(ProxyStrategy).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null))),
  rotationIntervalSeconds: int(0, 0),
  processingSpeedPerMinute: int(0, 0),
  batchSize: int(1, 50),
  retryAttempts: int(0, 1),
  chaining: Chaining.field("manual"),
  targetHttpPorts: none(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))),
  metadata: Schema.NullOr(Schema.Json).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
})
export type NewHttp = typeof NewHttp.Type
