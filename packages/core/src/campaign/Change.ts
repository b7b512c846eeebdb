import { flow, Result, Schema, Struct } from "effect"
import { NewDns } from "../dns/DnsParams.ts"
import { NewHttp } from "../http/HttpParams.ts"
import * as Issue from "../Issue.ts"
import { type Campaign, type CampaignStatus, CampaignUnchangeable, InvalidCampaign } from "./Campaign.ts"

/**
 * What may be changed of a campaign; what is left out stays. Its name and its metadata until it is archived, its settings
 * while nobody works by them: pending, paused or failed. Where names come from never changes: a range of an enumeration
 * is reserved for good, and a resume point belongs to one source.
 */
export const CampaignChange = Schema.Struct({
  name: Schema.optionalKey(Schema.NonEmptyString),
  metadata: Schema.optionalKey(Schema.NullOr(Schema.Json)),
  settings: Schema.optionalKey(Schema.Json)
})
export interface CampaignChange {
  readonly name?: string
  readonly metadata?: Schema.Json | null
  /** Some of the fields of `NewDns` or `NewHttp`, by the campaign's kind. */
  readonly settings?: Schema.Json
}

/** The settings that a campaign has after the change, and the names of those that were given. */
export interface Changed {
  readonly fields: ReadonlyArray<string>
  readonly settings: Settings | null
}
export type Settings = typeof DnsSettings.Type | HttpSettings
export type HttpSettings = typeof HttpSettings.Type

/** Reads a change that is asked of a campaign as it stands; refuses what is not to be changed now, or ever. */
export const read = (
  campaign: Pick<Campaign, "id" | "campaignType" | "status">,
  change: CampaignChange
): Result.Result<Changed, InvalidCampaign | CampaignUnchangeable> =>
  Result.gen(function* () {
    const { name, settings: asked } = yield* decoded(CampaignChange, change, "")
    const settings = asked === undefined ? null : yield* settingsOf(campaign, asked)
    const fields = [
      ...(name === undefined ? [] : ["name"]),
      ...(change.metadata === undefined ? [] : ["metadata"]),
      ...Object.keys(settings ?? {}).map((field) => `settings.${field}`)
    ]
    const path = fields.find((field) => !changeable(field).includes(campaign.status))
    if (path !== undefined) {
      const { id: campaignId, status: state } = campaign
      return yield* Result.fail(new CampaignUnchangeable({ campaignId, state, path, changeable: changeable(path) }))
    }
    return { fields, settings: Object.keys(settings ?? {}).length === 0 ? null : settings }
  })

/** The states in which a field may be changed. */
const changeable = (field: string): ReadonlyArray<CampaignStatus> =>
  field.startsWith("settings.")
    ? ["pending", "paused", "failed"]
    : ["pending", "queued", "running", "paused", "completed", "failed", "cancelled"]

const settingsOf = (
  { campaignType }: Pick<Campaign, "campaignType">,
  asked: Schema.Json
): Result.Result<Settings, InvalidCampaign> => {
  switch (campaignType) {
    case "domain_generation":
      return Result.fail(
        new InvalidCampaign({ path: "settings", reason: "its range of names is reserved, and stays as it is" })
      )
    case "dns_validation":
      return decoded(DnsSettings, asked, "settings")
    case "http_keyword_validation":
      return decoded(HttpSettings, asked, "settings")
  }
}

const refused = { onExcessProperty: "error" } as const

const decoded = <S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  input: unknown,
  under: string
): Result.Result<S["Type"], InvalidCampaign> =>
  Result.mapError(Schema.decodeUnknownResult(schema, refused)(input), (error) => {
    const { path, reason } = Issue.first(error)
    return new InvalidCampaign({ path: [under, path].filter((part) => part !== "").join("."), reason })
  })

/** Plain values, none of them filled in: what a new campaign would be given by default, a change leaves alone. */
const some = flow(Struct.map(Schema.toType), Struct.map(Schema.optionalKey))

const paced = [
  "personaIds",
  "rotationIntervalSeconds",
  "processingSpeedPerMinute",
  "batchSize",
  "retryAttempts",
  "chaining"
] as const
const DnsSettings = NewDns.mapFields((fields) => some(Struct.pick(fields, paced)))
const HttpSettings = NewHttp.mapFields((fields) =>
  some(
    Struct.pick(fields, [
      ...paced,
      "keywordSetIds",
      "adHocKeywords",
      "proxyIds",
      "proxySelectionStrategy",
      "targetHttpPorts"
    ])
  )
)
