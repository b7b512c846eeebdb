import { type Campaign, isFinal } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import * as Lease from "@domainflow/core/job/Lease"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import * as Stores from "@domainflow/core/Stores"
import { Internet } from "@domainflow/internet/Internet"
import { Context, Effect, Layer, Stream } from "effect"
import { Worker } from "../../src/job/Worker.ts"
import * as Re2 from "../../src/keyword/Re2.ts"
import { trusting } from "../support/trusting.ts"

/** What workers share: stores in memory, and an internet on a block of addresses of its own. */
export const base = (block: number) =>
  Stores.layerMemory.pipe(
    Layer.provideMerge(Re2.layer),
    Layer.provideMerge(trusting),
    Layer.provideMerge(Internet.layerSpawned({ block, ipv6: false }))
  )

export const terms = Effect.runSync(Lease.Terms)

/** A worker, until the scope ends. */
export const worker = (server: string, campaigns = 8) =>
  Effect.map(Layer.build(Layer.fresh(Worker.layer({ server, campaigns }))), (built) => Context.get(built, Worker))

/** Generation, DNS and HTTP of this many names. */
export const pipeline = Effect.fnUntraced(function* (
  name: string,
  names: number,
  chaining: "behind" | "after" = "behind",
  dns: Record<string, unknown> = {},
  processingSpeedPerMinute = 0
) {
  const internet = yield* Internet
  const personas = yield* Personas
  const configDetails = { resolvers: [internet.resolver], queryTimeoutSeconds: 1.5, ...dns }
  const resolvers = yield* personas.create({ name, personaType: "dns", configDetails })
  const browser = yield* personas.create({ name, personaType: "http", configDetails: { requestTimeoutSeconds: 2 } })
  const set = yield* KeywordSets.use((sets) =>
    sets.create({ name, rules: [{ pattern: "for sale", ruleType: "string" }] })
  )
  const campaigns = yield* Campaigns.use((port) =>
    port.createPipeline({
      name,
      generation: {
        patternType: "prefix",
        characterSet: "letters",
        variableLength: 4,
        constantString: name,
        tld: "com",
        numDomainsToGenerate: names
      },
      dns: { personaIds: [resolvers.id], batchSize: 200, retryAttempts: 1, chaining, processingSpeedPerMinute },
      http: {
        personaIds: [browser.id],
        keywordSetIds: [set.id],
        retryAttempts: 0,
        chaining,
        targetHttpPorts: [internet.ports.https, internet.ports.http]
      }
    })
  )
  return campaigns.map(({ id }) => id) as [CampaignId, CampaignId, CampaignId]
})

export const get = (id: CampaignId) => Campaigns.use((port) => port.get(id))

/** Waits until the campaign is as it should be. */
export const until = (id: CampaignId, is: (campaign: Campaign) => boolean) =>
  get(id).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: is }),
    Effect.timeoutOrElse({
      duration: "100 seconds",
      orElse: () =>
        Effect.flatMap(get(id), (now) => Effect.die(new Error(`still ${now.status}: ${now.processedItems}`)))
    })
  )
export const ended = (id: CampaignId) => until(id, ({ status }) => isFinal(status))

/** All that is kept of a pipeline. */
export const rows = Effect.fnUntraced(function* ([generation, dns, http]: readonly [
  CampaignId,
  CampaignId,
  CampaignId
]) {
  return {
    names: [...(yield* Stream.runCollect((yield* GeneratedDomains).stream(generation, -1n)))],
    answers: [...(yield* Stream.runCollect((yield* DnsResults).stream(dns)))],
    pages: [...(yield* Stream.runCollect((yield* HttpResults).stream(http)))]
  }
})
