/** What every run of the chaos does: spell names, resolve them, fetch the pages of those that resolve. */
import { Effect, Layer, Redacted } from "effect"
import type { SqlClient } from "effect/sql"
import type { Running } from "../../internet/src/Internet.ts"
import type { CampaignId } from "../../packages/core/src/campaign/CampaignId.ts"
import { Campaigns } from "../../packages/core/src/campaign/Campaigns.ts"
import * as Start from "../../packages/core/src/campaign/Start.ts"
import { KeywordSets } from "../../packages/core/src/keyword/KeywordSets.ts"
import { Personas } from "../../packages/core/src/persona/Personas.ts"
import { SecretBox } from "../../packages/core/src/SecretBox.ts"
import * as Db from "../../packages/db/src/Db.ts"
import * as Re2 from "../../packages/engine/src/keyword/Re2.ts"

export interface Pipeline {
  readonly described: string
  readonly ca: string
  /** Creates and starts it on a database; its campaigns, first to last. */
  readonly begin: (url: string) => Promise<ReadonlyArray<CampaignId>>
  /** What was found out and is not true of this internet. */
  readonly mistaken: (sql: SqlClient.SqlClient) => Effect.Effect<ReadonlyArray<string>, unknown>
}

/** The campaigns' pace, in names a minute: slow enough that workers die in the middle of it. */
const pace = 80 * 60

const rules = [{ pattern: "for sale", ruleType: "string" }] as const

/** A pipeline of `names` names, the same every time. */
export const make = (internet: Running, names: number): Pipeline => {
  const constant = constantOf(internet, names)
  const ports = [internet.ports.https, internet.ports.http]

  const begin = Effect.gen(function* () {
    const personas = yield* Personas
    // Patient: a machine that is busy is no reason for another verdict.
    const dns = { resolvers: [internet.resolver], queryTimeoutSeconds: 5 }
    const resolver = yield* personas.create({ name: "chaos", personaType: "dns", configDetails: dns })
    const http = { requestTimeoutSeconds: 60 }
    const browser = yield* personas.create({ name: "chaos", personaType: "http", configDetails: http })
    const set = yield* KeywordSets.use((sets) => sets.create({ name: "chaos", rules }))
    const campaigns = yield* Campaigns.use((port) =>
      port.createPipeline({
        name: "chaos",
        generation: { ...pattern(constant), numDomainsToGenerate: names },
        dns: { personaIds: [resolver.id], batchSize: 20, retryAttempts: 3, processingSpeedPerMinute: pace },
        http: {
          personaIds: [browser.id],
          keywordSetIds: [set.id],
          batchSize: 10,
          retryAttempts: 0,
          processingSpeedPerMinute: pace,
          targetHttpPorts: ports
        }
      })
    )
    yield* Start.start(campaigns[0]!.id)
    return campaigns.map(({ id }) => id)
  })

  return {
    described: `${label(0)}${constant}.com and following`,
    ca: internet.ca,
    begin: (url) => Effect.runPromise(begin.pipe(Effect.provide(services(url)), Effect.scoped)),
    mistaken: Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
      const answers = yield* sql<Found>`
        select domain_name, validation_status as status, 'dns' as asked from dns_validation_results
        union all select domain_name, validation_status, 'http' from http_keyword_results
      `
      return answers.flatMap(({ asked, domainName, status }) => {
        const truth =
          asked === "dns"
            ? internet.world.expectedDns(domainName).status
            : internet.world.expectedHttp(domainName, rules, { ports }).status
        return status === truth ? [] : [`${asked} of ${domainName} is ${status} instead of ${truth}`]
      })
    })
  }
}

interface Found {
  readonly domainName: string
  readonly status: string
  readonly asked: "dns" | "http"
}

const services = (url: string) =>
  Db.layerUrl(Redacted.make(url), { migrate: false, maxConnections: 2 }).pipe(
    Layer.provide(SecretBox.layerConfig),
    Layer.provideMerge(Re2.layer)
  )

const pattern = (constantString: string) => ({
  patternType: "prefix",
  characterSet: "letters",
  variableLength: 3,
  constantString,
  tld: "com"
})

/** The variable part at an offset. */
const label = (offset: number) =>
  [676, 26, 1].map((weight) => String.fromCharCode(97 + (Math.floor(offset / weight) % 26))).join("")

/**
 * The first word in whose names nobody has to be waited for in vain: a verdict that is the end of somebody's patience may be
 * another one on a machine that is busy, and would hide or feign a difference.
 */
const constantOf = ({ ports, world }: Running, names: number): string => {
  for (let attempt = 0; ; attempt++) {
    const constant = `chaos${attempt}`
    const isQuick = Array.from({ length: names }, (_, offset) => `${label(offset)}${constant}.com`).every((name) => {
      const { reason, status } = world.expectedDns(name)
      if (reason === "Timeout" || reason === "Malformed") return false
      return (
        status !== "Resolved" || world.expectedHttp(name, [], { ports: [ports.https, ports.http] }).status !== "Timeout"
      )
    })
    if (isQuick) return constant
  }
}
