import { Reach } from "@domainflow/core/auth/Reach"
import { CampaignNotFound } from "@domainflow/core/campaign/Campaign"
import { type Explanation, Explanations } from "@domainflow/core/campaign/Explanations"
import { GeneratedDomain } from "@domainflow/core/generation/GeneratedDomain"
import type { PersonaId } from "@domainflow/core/persona/PersonaId"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { owned } from "../auth/within.ts"
import * as DnsResults from "../dns/DnsResults.ts"
import * as HttpResults from "../http/HttpResults.ts"
import { guard } from "../Store.ts"

export const layer = Layer.effect(
  Explanations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const personas = yield* Personas
    const proxies = yield* Proxies

    const persona = (id: PersonaId | null) =>
      id === null
        ? Effect.succeed(null)
        : personas.get(id).pipe(Effect.catchTag("PersonaNotFound", () => Effect.succeed(null)))

    return Explanations.of({
      of: Effect.fnUntraced(function* (campaignId, domainName) {
        const [chain] = yield* sql<Chain>`
          select
            case c.campaign_type when 'http_keyword_validation' then c.id end as http,
            coalesce(d.campaign_id, case c.campaign_type when 'dns_validation' then c.id end) as dns,
            case
              when c.campaign_type = 'domain_generation' then c.id
              when d.campaign_id is not null then d.source_generation_campaign_id
              when h.source_type = 'DomainGeneration' then h.source_campaign_id
            end as generation
          from campaigns c
          left join http_keyword_campaign_params h on h.campaign_id = c.id
          left join dns_validation_params d
            on d.campaign_id = case when c.campaign_type = 'dns_validation' then c.id else h.source_campaign_id end
          where c.id = ${campaignId} ${owned(sql, yield* Reach)}
        `
        if (chain === undefined) return yield* new CampaignNotFound({ campaignId })
        const generation = yield* sql`
          select * from generated_domains
          where domain_generation_campaign_id = ${chain.generation} and domain_name = ${domainName}
        `.pipe(Effect.flatMap(decodeName))
        const answers = yield* sql`
          select * from dns_validation_results where dns_campaign_id = ${chain.dns} and domain_name = ${domainName}
        `.pipe(Effect.flatMap(DnsResults.decode))
        const pages = yield* sql`
          select * from http_keyword_results
          where http_keyword_campaign_id = ${chain.http} and domain_name = ${domainName}
        `.pipe(Effect.flatMap(HttpResults.decode))

        const [name = null] = generation
        const [answer] = answers
        const [page] = pages
        const explanation: Explanation = {
          domainName,
          generation: name,
          dns: answer === undefined ? null : { result: answer, persona: yield* persona(answer.validatedByPersonaId) },
          http:
            page === undefined
              ? null
              : {
                  result: page,
                  persona: yield* persona(page.validatedByPersonaId),
                  proxy:
                    page.usedProxyId === null
                      ? null
                      : yield* proxies
                          .get(page.usedProxyId)
                          .pipe(Effect.catchTag("ProxyNotFound", () => Effect.succeed(null)))
                }
        }
        return explanation
      }, guard("Explanations.of"))
    })
  })
)

/** The campaigns of the chain that end with one. */
interface Chain {
  readonly generation: string | null
  readonly dns: string | null
  readonly http: string | null
}

const decodeName = Schema.decodeUnknownEffect(Schema.Array(GeneratedDomain))
