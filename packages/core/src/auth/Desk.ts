import { Context, Effect, Layer } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Explanations } from "../campaign/Explanations.ts"
import { Paces } from "../campaign/Paces.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { ConfigStates } from "../generation/ConfigStates.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import { HttpResults } from "../http/HttpResults.ts"
import { Jobs } from "../job/Jobs.ts"
import { KeywordSets } from "../keyword/KeywordSets.ts"
import { Personas } from "../persona/Personas.ts"
import { Proxies } from "../proxy/Proxies.ts"
import { type Guarded, guarded, type Needs } from "./Guarded.ts"

/** The right that every operation needs when a person asks for it. What only workers do is for those who administer the system. */
export const rights = {
  campaigns: {
    create: "campaigns:create",
    createPipeline: "campaigns:create",
    get: "campaigns:read",
    params: "campaigns:read",
    page: "campaigns:read",
    fedBy: "campaigns:read",
    watch: "campaigns:read",
    measure: "campaigns:update",
    update: "campaigns:update",
    move: "campaigns:execute",
    say: "system:admin",
    remove: "campaigns:delete"
  },
  explanations: { of: "campaigns:read" },
  configStates: { get: "campaigns:read" },
  paces: { take: "system:admin" },
  generatedDomains: { append: "system:admin", stream: "campaigns:read" },
  dnsResults: { questions: "system:admin", append: "system:admin", stream: "campaigns:read" },
  httpResults: { questions: "system:admin", stretch: "system:admin", append: "system:admin", stream: "campaigns:read" },
  jobs: {
    enqueue: "system:admin",
    claim: "system:admin",
    beat: "system:admin",
    complete: "system:admin",
    fail: "system:admin",
    release: "system:admin",
    rescue: "system:admin",
    revive: "system:admin",
    standings: "system:admin",
    page: "campaigns:read",
    wakes: "system:admin"
  },
  personas: {
    create: "personas:create",
    update: "personas:update",
    get: "personas:read",
    many: "personas:read",
    page: "personas:read",
    remove: "personas:delete"
  },
  keywordSets: {
    create: "personas:create",
    update: "personas:update",
    get: "personas:read",
    many: "personas:read",
    page: "personas:read",
    remove: "personas:delete"
  },
  proxies: {
    create: "proxies:create",
    update: "proxies:update",
    get: "proxies:read",
    many: "proxies:read",
    page: "proxies:read",
    remove: "proxies:delete",
    secret: "system:admin",
    report: "system:admin"
  }
} as const satisfies {
  readonly campaigns: Needs<Campaigns["Service"]>
  readonly explanations: Needs<Explanations["Service"]>
  readonly configStates: Needs<ConfigStates["Service"]>
  readonly paces: Needs<Paces["Service"]>
  readonly generatedDomains: Needs<GeneratedDomains["Service"]>
  readonly dnsResults: Needs<DnsResults["Service"]>
  readonly httpResults: Needs<HttpResults["Service"]>
  readonly jobs: Needs<Jobs["Service"]>
  readonly personas: Needs<Personas["Service"]>
  readonly keywordSets: Needs<KeywordSets["Service"]>
  readonly proxies: Needs<Proxies["Service"]>
}
type Rights = typeof rights

/** The ports as people may use them: every operation wants the grant first, and reaches as far as that. */
export class Desk extends Context.Service<
  Desk,
  {
    readonly campaigns: Guarded<Campaigns["Service"], Rights["campaigns"]>
    readonly explanations: Guarded<Explanations["Service"], Rights["explanations"]>
    readonly configStates: Guarded<ConfigStates["Service"], Rights["configStates"]>
    readonly paces: Guarded<Paces["Service"], Rights["paces"]>
    readonly generatedDomains: Guarded<GeneratedDomains["Service"], Rights["generatedDomains"]>
    readonly dnsResults: Guarded<DnsResults["Service"], Rights["dnsResults"]>
    readonly httpResults: Guarded<HttpResults["Service"], Rights["httpResults"]>
    readonly jobs: Guarded<Jobs["Service"], Rights["jobs"]>
    readonly personas: Guarded<Personas["Service"], Rights["personas"]>
    readonly keywordSets: Guarded<KeywordSets["Service"], Rights["keywordSets"]>
    readonly proxies: Guarded<Proxies["Service"], Rights["proxies"]>
  }
>()("@domainflow/core/Desk") {
  static readonly layer = Layer.effect(
    Desk,
    Effect.gen(function* () {
      return {
        campaigns: guarded(yield* Campaigns, rights.campaigns),
        explanations: guarded(yield* Explanations, rights.explanations),
        configStates: guarded(yield* ConfigStates, rights.configStates),
        paces: guarded(yield* Paces, rights.paces),
        generatedDomains: guarded(yield* GeneratedDomains, rights.generatedDomains),
        dnsResults: guarded(yield* DnsResults, rights.dnsResults),
        httpResults: guarded(yield* HttpResults, rights.httpResults),
        jobs: guarded(yield* Jobs, rights.jobs),
        personas: guarded(yield* Personas, rights.personas),
        keywordSets: guarded(yield* KeywordSets, rights.keywordSets),
        proxies: guarded(yield* Proxies, rights.proxies)
      }
    })
  )
}
