import {
  Campaign,
  CampaignNotFound,
  CampaignStatus,
  CampaignType,
  CampaignUnchangeable,
  IllegalTransition,
  InvalidCampaign
} from "@domainflow/core/campaign/Campaign"
import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { CampaignParams, NewCampaign, NewPipeline } from "@domainflow/core/campaign/CampaignParams"
import { CampaignChange } from "@domainflow/core/campaign/Change"
import { KeywordSetsUnusable, PersonasUnusable, ProxiesUnusable } from "@domainflow/core/campaign/Readiness"
import { DomainName } from "@domainflow/core/DomainName"
import { SpaceTooLarge } from "@domainflow/core/generation/Enumeration"
import { NewGeneration } from "@domainflow/core/generation/GenerationParams"
import { InvalidPattern } from "@domainflow/core/generation/InvalidPattern"
import { SpaceExhausted } from "@domainflow/core/generation/SpaceExhausted"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

export const notFound = problem(CampaignNotFound, 404, "There is no such campaign")
const illegal = problem(IllegalTransition, 409, "The campaign is in another state")
const invalidPattern = problem(InvalidPattern, 422, "The pattern spells no names")
const tooLarge = problem(SpaceTooLarge, 422, "The pattern spells too many names")
const invalid = problem(InvalidCampaign, 422, "The campaign is not acceptable")
export const creating = [
  notFound,
  invalidPattern,
  tooLarge,
  invalid,
  problem(SpaceExhausted, 409, "All names of the pattern are taken")
] as const
const starting = [
  notFound,
  illegal,
  problem(PersonasUnusable, 422, "Personas cannot be used"),
  problem(KeywordSetsUnusable, 422, "Keyword sets cannot be used"),
  problem(ProxiesUnusable, 422, "Proxies cannot be used")
] as const

export const params = { id: CampaignId }
/** A campaign as it is told: what a row of an older installation may lack has been read as what it means. */
const Told = Schema.toType(Campaign)
const moving = { params, success: Told, error: [notFound, illegal] } as const

/** What a pattern would spell, before anything is reserved. */
export const Preview = Schema.Struct({
  /** Exactly how many names the pattern spells. */
  size: Schema.BigInt,
  /** The first of them, in order. */
  names: Schema.Array(DomainName),
  /** The pattern in words. */
  pattern: Schema.String
})

/** Campaigns as their store takes them: what is sent is judged there, with the path of every field. */
const encoded = <S extends Schema.Top>(schema: S) => Schema.toEncoded(schema)

export class CampaignsApi extends HttpApiGroup.make("campaigns")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: {
        ...Pages.query,
        status: Schema.optionalKey(CampaignStatus),
        type: Schema.optionalKey(CampaignType)
      },
      success: Pages.pageOf(Told),
      error: Pages.invalidCursor
    }).annotate(Needs, "campaigns:read"),
    HttpApiEndpoint.post("create", "/", {
      payload: encoded(NewCampaign),
      success: Told.pipe(HttpApiSchema.status(201)),
      error: creating
    }).annotate(Needs, "campaigns:create"),
    HttpApiEndpoint.post("createPipeline", "/pipelines", {
      payload: encoded(NewPipeline),
      success: Schema.Array(Told).pipe(HttpApiSchema.status(201)),
      error: creating
    }).annotate(Needs, "campaigns:create"),
    HttpApiEndpoint.post("preview", "/preview", {
      payload: encoded(NewGeneration.mapFields(({ _tag, ...fields }) => fields)),
      success: Preview,
      error: [invalidPattern, tooLarge]
    }).annotate(Needs, "campaigns:create"),
    HttpApiEndpoint.get("get", "/:id", { params, success: Told, error: notFound }).annotate(Needs, "campaigns:read"),
    HttpApiEndpoint.patch("update", "/:id", {
      params,
      payload: CampaignChange,
      success: Told,
      error: [notFound, invalid, problem(CampaignUnchangeable, 409, "That stays as it is in this state")]
    }).annotate(Needs, "campaigns:update"),
    HttpApiEndpoint.get("params", "/:id/params", { params, success: CampaignParams, error: notFound }).annotate(
      Needs,
      "campaigns:read"
    ),
    HttpApiEndpoint.get("fedBy", "/:id/fed-by", {
      params,
      success: Schema.Array(Told),
      error: notFound
    }).annotate(Needs, "campaigns:read"),
    HttpApiEndpoint.post("start", "/:id/start", { params, success: Told, error: starting }).annotate(
      Needs,
      "campaigns:execute"
    ),
    HttpApiEndpoint.post("pause", "/:id/pause", moving).annotate(Needs, "campaigns:execute"),
    HttpApiEndpoint.post("resume", "/:id/resume", { params, success: Told, error: starting }).annotate(
      Needs,
      "campaigns:execute"
    ),
    HttpApiEndpoint.post("cancel", "/:id/cancel", moving).annotate(Needs, "campaigns:execute"),
    HttpApiEndpoint.post("archive", "/:id/archive", moving).annotate(Needs, "campaigns:update"),
    HttpApiEndpoint.delete("remove", "/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: [notFound, illegal]
    }).annotate(Needs, "campaigns:delete")
  )
  .middleware(Session)
  .prefix("/campaigns") {}
