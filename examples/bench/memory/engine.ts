/** The process whose memory is measured: campaigns over many names, all stored; says how far it is when asked. */
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import { RunnerSettings } from "@domainflow/engine/campaign/RunnerSettings"
import * as Guard from "@domainflow/engine/http/Guard"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import type { Running } from "@domainflow/internet/Internet"
import { Effect, Layer } from "effect"

export interface Task {
  readonly names: number
  readonly pages: number
  readonly internet: Pick<Running, "ca" | "ports" | "resolver">
}

export interface Progress {
  readonly phase: (typeof phases)[number]
  /** Names spelled, names resolved, or pages fetched. */
  readonly done: number
  readonly rss: number
}

/** What the campaigns do, in turn. Pages are of names that are spelled and resolved for them. */
const phases = ["spelling", "resolving", "between", "between", "fetching"] as const

/** Of the loopback internet's names, so many have a page. */
const shareWithPage = 1 / 3

const task: Task = JSON.parse(process.argv[2] ?? "{}")
const { ca, ports, resolver } = task.internet
let done = 0
let phase: Progress["phase"] = "spelling"

const program = Effect.gen(function* () {
  const { url } = yield* Embedded.start({ settings: { fsync: "off" } })
  const main = Effect.gen(function* () {
    const campaigns = yield* Campaigns
    const runner = yield* CampaignRunner
    const personas = yield* Personas
    const dns = yield* personas.create({
      name: "bench",
      personaType: "dns",
      configDetails: { resolvers: [resolver], queryTimeoutSeconds: 0.5, maxConcurrentGoroutines: 2_000 }
    })
    const http = yield* personas.create({
      name: "bench",
      personaType: "http",
      configDetails: { requestTimeoutSeconds: 2 }
    })
    const keywords = yield* Effect.flatMap(KeywordSets, (sets) =>
      sets.create({ name: "bench", rules: [{ pattern: "for sale", ruleType: "string" }] })
    )
    const pattern = { patternType: "prefix", characterSet: "letters", constantString: "acme", tld: "com" } as const
    const resolving = yield* campaigns.createPipeline({
      name: "names",
      generation: { ...pattern, variableLength: 5, numDomainsToGenerate: task.names },
      dns: { personaIds: [dns.id], batchSize: 2_000, retryAttempts: 0 }
    })
    const fetching = yield* campaigns.createPipeline({
      name: "pages",
      generation: { ...pattern, variableLength: 6, numDomainsToGenerate: Math.ceil(task.pages / shareWithPage) },
      dns: { personaIds: [dns.id], batchSize: 2_000, retryAttempts: 0 },
      http: {
        personaIds: [http.id],
        keywordSetIds: [keywords.id],
        retryAttempts: 0,
        targetHttpPorts: [ports.https, ports.http]
      }
    })
    for (const [at, { id }] of [...resolving, ...fetching].entries()) {
      phase = phases[at]!
      done = 0
      yield* Effect.gen(function* () {
        yield* campaigns.get(id).pipe(
          Effect.tap(({ processedItems }) =>
            Effect.sync(() => {
              done = Number(processedItems)
            })
          ),
          Effect.delay("500 millis"),
          Effect.forever,
          Effect.forkScoped
        )
        yield* runner.run(id)
      }).pipe(Effect.scoped)
    }
  })
  yield* main.pipe(
    Effect.provide(
      CampaignRunner.layer.pipe(
        Layer.provideMerge(Db.layerUrl(url)),
        Layer.provide([Re2.layer, SecretBox.layerConfig]),
        Layer.provide(
          Layer.succeed(RunnerSettings, {
            httpConcurrency: 128,
            http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [ca] },
            resolvers: []
          })
        )
      )
    )
  )
}).pipe(Effect.scoped)

process.on("message", () => process.send?.({ phase, done, rss: process.memoryUsage.rss() } satisfies Progress))
await Effect.runPromise(program)
process.disconnect()
