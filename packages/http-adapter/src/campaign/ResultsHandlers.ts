import type { Campaign } from "@domainflow/core/campaign/Campaign"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import * as Page from "@domainflow/core/Page"
import { Uuid } from "@domainflow/core/Uuid"
import { Effect, Schema, Stream } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import * as Csv from "./Csv.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "results",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    const names = yield* GeneratedDomains
    const dns = yield* DnsResults
    const http = yield* HttpResults

    /** All answers of a campaign. A status that its stage does not know is had by none. */
    const answers = (campaign: Campaign, status: DnsStatus | HttpStatus | undefined) => {
      switch (campaign.campaignType) {
        case "domain_generation":
          return status === undefined ? names.stream(campaign.id, -1n) : Stream.empty
        case "dns_validation":
          return status === undefined || isDns(status) ? dns.stream(campaign.id, status) : Stream.empty
        case "http_keyword_validation":
          return status === undefined || isHttp(status) ? http.stream(campaign.id, status) : Stream.empty
      }
    }

    return handlers.handleAll({
      generated: Effect.fn(function* ({ params: { id }, query }) {
        yield* campaigns.get(id)
        const after = yield* Page.position(Place, query)
        const rows = names.stream(id, after ?? -1n, sizeOf(query))
        return yield* paged(rows, query, ({ id, offsetIndex }) => [`${offsetIndex}`, id])
      }),
      dns: Effect.fn(function* ({ params: { id }, query }) {
        yield* campaigns.get(id)
        const after = yield* Page.position(Schema.String, query)
        const rows = dns.stream(id, query.status, after ?? "", sizeOf(query))
        return yield* paged(rows, query, ({ domainName }) => domainName)
      }),
      http: Effect.fn(function* ({ params: { id }, query }) {
        yield* campaigns.get(id)
        const after = yield* Page.position(Schema.String, query)
        const rows = http.stream(id, query.status, after ?? "", sizeOf(query))
        return yield* paged(rows, query, ({ domainName }) => domainName)
      }),
      ndjson: Effect.fn(function* ({ params: { id }, query: { status } }) {
        const campaign = yield* campaigns.get(id)
        yield* asFile(campaign, "ndjson")
        return answers(campaign, status)
      }),
      csv: Effect.fn(function* ({ params: { id }, query: { status } }) {
        const campaign = yield* campaigns.get(id)
        yield* asFile(campaign, "csv")
        return Csv.encode(campaign.campaignType, answers(campaign, status))
      })
    })
  })
)

const Place = Schema.Tuple([Schema.BigIntFromString, Uuid])
const isDns = Schema.is(DnsStatus)
const isHttp = Schema.is(HttpStatus)

/** What is read for a page: its rows, and one that tells whether there are more. */
const sizeOf = (request: Page.PageRequest): number => Page.pageSize(request) + 1

const paged = <A, E>(rows: Stream.Stream<A, E>, request: Page.PageRequest, keyOf: (row: A) => unknown) =>
  Effect.map(Stream.runCollect(Stream.take(rows, sizeOf(request))), (read) => Page.page([...read], request, keyOf))

/** Browsers keep it as a file, named by the campaign's id: its name may hold anything. */
const asFile = ({ id }: Campaign, extension: string) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(
      HttpServerResponse.setHeader(response, "content-disposition", `attachment; filename="${id}.${extension}"`)
    )
  )
