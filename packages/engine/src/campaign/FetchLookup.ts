import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Readiness from "@domainflow/core/campaign/Readiness"
import type { HttpParams } from "@domainflow/core/http/HttpParams"
import * as DnsPersona from "@domainflow/core/persona/DnsPersona"
import { Effect } from "effect"
import * as DnsStage from "../dns/DnsStage.ts"
import * as Lookup from "../http/Lookup.ts"
import { RunnerSettings } from "./RunnerSettings.ts"

/**
 * Who is asked for the addresses of hosts while an HTTP campaign fetches: the resolvers of the DNS campaign that feeds it,
 * so that both see the same internet; where there is none, those of the settings.
 */
export const make = Effect.fnUntraced(function* (params: HttpParams) {
  const { resolvers } = yield* RunnerSettings
  const persona = yield* feeding(params)
  const stage = yield* DnsStage.make(
    persona ?? DnsPersona.make(resolvers.length > 0 ? { resolvers: [...resolvers] } : { useSystemResolvers: true }),
    { retryAttempts: 1 }
  )
  return Lookup.ofStage(stage)
})

/** The first persona of the DNS campaign behind `params`, if it can still be used. */
const feeding = Effect.fnUntraced(function* (params: HttpParams) {
  if (params.sourceType !== "DNSValidation") return undefined
  const source = yield* Effect.flatMap(Campaigns, (campaigns) => campaigns.params(params.sourceCampaignId)).pipe(
    Effect.catchTag("CampaignNotFound", () => Effect.succeed(undefined))
  )
  if (source?._tag !== "dns_validation") return undefined
  return yield* Readiness.dns(source).pipe(
    Effect.map(({ personas }) => personas[0].config),
    Effect.catchTag("PersonasUnusable", () => Effect.succeed(undefined))
  )
})
