import { Context, Effect, Layer, Result, Schema } from "effect"
import { Reach, reaches } from "../auth/Reach.ts"
import { DnsResult } from "../dns/DnsResult.ts"
import { GeneratedDomain } from "../generation/GeneratedDomain.ts"
import { HttpResult } from "../http/HttpResult.ts"
import { atOnce, Memory } from "../Memory.ts"
import { Persona } from "../persona/Persona.ts"
import { Proxy } from "../proxy/Proxy.ts"
import type { StoreError } from "../StoreError.ts"
import { CampaignNotFound } from "./Campaign.ts"
import type { CampaignId } from "./CampaignId.ts"

/**
 * All that led to the verdict on a name, from the head of the chain on; null where the chain has no such campaign, or the
 * name has not come so far. A persona or proxy is given as it is now, and null once it is gone.
 */
export const Explanation = Schema.Struct({
  domainName: Schema.String,
  /** Where the name comes from: the pattern in words, its offset, and when it was spelled. */
  generation: Schema.NullOr(GeneratedDomain),
  /** Which resolver answered what, with which code, over which transport, after how many attempts, and when. */
  dns: Schema.NullOr(Schema.Struct({ result: DnsResult, persona: Schema.NullOr(Persona) })),
  /** Which URLs were asked at which port, through which proxy, and which keywords were found where. */
  http: Schema.NullOr(
    Schema.Struct({ result: HttpResult, persona: Schema.NullOr(Persona), proxy: Schema.NullOr(Proxy) })
  )
})
export type Explanation = typeof Explanation.Type

/** Answers why a name has the verdict that it has. */
export class Explanations extends Context.Service<
  Explanations,
  {
    /** `domainName` as it is stored: lower case, punycode. The campaign may be any of the chain. */
    readonly of: (
      campaignId: CampaignId,
      domainName: string
    ) => Effect.Effect<Explanation, CampaignNotFound | StoreError>
  }
>()("@domainflow/core/Explanations") {
  static readonly layerMemory = Layer.effect(
    Explanations,
    Effect.map(Memory, ({ campaigns, dnsResults, generatedDomains, httpResults, params, personas, proxies }) => {
      /** The campaigns of the chain that end with this one. */
      const chain = (id: CampaignId | null): { generation?: CampaignId; dns?: CampaignId; http?: CampaignId } => {
        const settings = id === null ? undefined : params.get(id)
        switch (settings?._tag) {
          case "domain_generation":
            return { generation: settings.campaignId }
          case "dns_validation":
            return { ...chain(settings.sourceGenerationCampaignId), dns: settings.campaignId }
          case "http_keyword_validation":
            return { ...chain(settings.sourceCampaignId), http: settings.campaignId }
          case undefined:
            return {}
        }
      }

      return Explanations.of({
        of: Effect.fnUntraced(function* (campaignId, domainName) {
          const reach = yield* Reach
          return yield* atOnce(() => {
            const campaign = campaigns.get(campaignId)
            if (campaign === undefined || !reaches(reach, campaign.userId))
              return Result.fail(new CampaignNotFound({ campaignId }))
            const { dns, generation, http } = chain(campaignId)
            const answer = dns === undefined ? undefined : dnsResults.of(dns).get(domainName)
            const page = http === undefined ? undefined : httpResults.of(http).get(domainName)
            const persona = (id: Persona["id"] | null) => (id === null ? null : (personas.get(id) ?? null))
            return Result.succeed({
              domainName,
              generation: generation === undefined ? null : (generatedDomains.of(generation).get(domainName) ?? null),
              dns: answer === undefined ? null : { result: answer, persona: persona(answer.validatedByPersonaId) },
              http:
                page === undefined
                  ? null
                  : {
                      result: page,
                      persona: persona(page.validatedByPersonaId),
                      proxy: page.usedProxyId === null ? null : (proxies.get(page.usedProxyId) ?? null)
                    }
            })
          })
        })
      })
    })
  )
}
