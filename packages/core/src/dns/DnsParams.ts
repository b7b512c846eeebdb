import { Effect, Schema } from "effect"
import { nullAs } from "../Column.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import * as Chaining from "../campaign/Chaining.ts"
import { PersonaId } from "../persona/PersonaId.ts"

const int = (minimum: number, fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: 2_147_483_647 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback))
  )

/** A row of `dns_validation_params`. */
export class DnsParams extends Schema.TaggedClass<DnsParams>("@domainflow/core/DnsParams")("dns_validation", {
  campaignId: CampaignId,
  /** Null once the source has been deleted. */
  sourceGenerationCampaignId: Schema.NullOr(CampaignId),
  personaIds: Schema.Array(PersonaId),
  rotationIntervalSeconds: nullAs(Schema.Int, 0),
  /** Names a minute over all workers; 0: as fast as the personas allow. */
  processingSpeedPerMinute: nullAs(Schema.Int, 0),
  /** The unit of commit. */
  batchSize: nullAs(Schema.Int, 50),
  /** Further tries after the first. */
  retryAttempts: nullAs(Schema.Int, 1),
  /** The resume point: every name of the source up to this offset has its answer; -1 before the first. */
  lastOffset: Schema.BigInt,
  chaining: Chaining.column,
  metadata: Schema.NullOr(Schema.Json)
}) {}

/** What a caller says to have the names of a generation campaign resolved. */
export const NewDns = Schema.TaggedStruct("dns_validation", {
  sourceGenerationCampaignId: CampaignId,
  personaIds: Schema.NonEmptyArray(PersonaId),
  rotationIntervalSeconds: int(0, 0),
  processingSpeedPerMinute: int(0, 0),
  // 1,000 rather than the column's 50: commits of 50 halve the speed of the store.
  batchSize: int(1, 1_000),
  retryAttempts: int(0, 1),
  chaining: Chaining.field("manual"),
  metadata: Schema.NullOr(Schema.Json).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
})
export type NewDns = typeof NewDns.Type
