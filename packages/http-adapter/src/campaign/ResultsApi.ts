import { DnsResult } from "@domainflow/core/dns/DnsResult"
import { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import { GeneratedDomain } from "@domainflow/core/generation/GeneratedDomain"
import { HttpResult } from "@domainflow/core/http/HttpResult"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"
import { notFound, params } from "./CampaignsApi.ts"

const key = Schema.optionalKey
const error = [notFound, Pages.invalidCursor] as const

/** One answer of a campaign, of whatever stage. */
export const Result = Schema.Union([GeneratedDomain, DnsResult, HttpResult])

/** Which answers to export: all, or those of one status of the campaign's stage. */
const which = { status: key(Schema.Union([DnsStatus, HttpStatus])) }

/** What campaigns have found out: names by offset, answers by name. */
export class ResultsApi extends HttpApiGroup.make("results")
  .add(
    HttpApiEndpoint.get("generated", "/:id/generated-domains", {
      params,
      query: Pages.query,
      success: Pages.pageOf(GeneratedDomain),
      error
    }),
    HttpApiEndpoint.get("dns", "/:id/dns-results", {
      params,
      query: { ...Pages.query, status: key(DnsStatus) },
      success: Pages.pageOf(DnsResult),
      error
    }),
    HttpApiEndpoint.get("http", "/:id/http-results", {
      params,
      query: { ...Pages.query, status: key(HttpStatus) },
      success: Pages.pageOf(HttpResult),
      error
    }),
    HttpApiEndpoint.get("ndjson", "/:id/export.ndjson", {
      params,
      query: which,
      success: HttpApiSchema.StreamNdjson({ schema: Result }),
      error: notFound
    }),
    HttpApiEndpoint.get("csv", "/:id/export.csv", {
      params,
      query: which,
      success: HttpApiSchema.StreamUint8Array({ contentType: "text/csv; charset=utf-8" }),
      error: notFound
    })
  )
  .annotateEndpoints(Needs, "campaigns:read")
  .middleware(Session)
  .prefix("/campaigns") {}
