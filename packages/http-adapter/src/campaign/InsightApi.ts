import { CampaignType } from "@domainflow/core/campaign/Campaign"
import { NewCampaign, NewPipeline } from "@domainflow/core/campaign/CampaignParams"
import { Explanation } from "@domainflow/core/campaign/Explanations"
import { DomainName } from "@domainflow/core/DomainName"
import { Job } from "@domainflow/core/job/Job"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"
import { creating, notFound, params } from "./CampaignsApi.ts"

/** What a campaign will come to; see `Plan` of core. */
const Plan = Schema.Struct({
  campaignType: CampaignType,
  names: Schema.BigInt,
  isExact: Schema.Boolean,
  queries: Schema.BigInt,
  seconds: Schema.NullOr(Schema.Finite)
})

/** The plan beside what it came to so far. */
const Outcome = Schema.Struct({
  plan: Plan,
  names: Schema.BigInt,
  successful: Schema.BigInt,
  seconds: Schema.NullOr(Schema.Finite)
})

/** What campaigns will do, what they are doing, and why they found what they found. */
export class InsightApi extends HttpApiGroup.make("insight")
  .add(
    HttpApiEndpoint.post("plan", "/plan", {
      payload: Schema.toEncoded(Schema.Union([NewCampaign, NewPipeline])),
      success: Schema.Array(Plan),
      error: creating
    }).annotate(Needs, "campaigns:create"),
    HttpApiEndpoint.get("outcome", "/:id/outcome", { params, success: Outcome, error: notFound }).annotate(
      Needs,
      "campaigns:read"
    ),
    HttpApiEndpoint.get("explain", "/:id/names/:name/explanation", {
      params: { ...params, name: DomainName },
      success: Explanation,
      error: notFound
    }).annotate(Needs, "campaigns:read"),
    HttpApiEndpoint.get("jobs", "/:id/jobs", {
      params,
      query: Pages.query,
      success: Pages.pageOf(Job),
      error: [notFound, Pages.invalidCursor]
    }).annotate(Needs, "campaigns:read")
  )
  .middleware(Session)
  .prefix("/campaigns") {}
