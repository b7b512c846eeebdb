import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { DomainName } from "@domainflow/core/DomainName"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import type { ProxyId } from "@domainflow/core/proxy/ProxyId"
import * as Stores from "@domainflow/core/Stores"
import * as Scene from "@domainflow/core/testing/Scene"
import { Internet } from "@domainflow/internet/Internet"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { CampaignRunner } from "../../src/campaign/CampaignRunner.ts"
import * as Re2 from "../../src/keyword/Re2.ts"
import { trusting } from "../support/trusting.ts"

const world = CampaignRunner.layer.pipe(
  Layer.provideMerge(Stores.layerMemory),
  Layer.provide(Re2.layer),
  Layer.provide(trusting),
  Layer.provideMerge(Internet.layerSpawned({ block: 120, ipv6: false }))
)

const pipeline = Effect.fnUntraced(function* (
  name: string,
  names: number,
  dns: Record<string, unknown> = {},
  http: { readonly proxyIds?: ReadonlyArray<ProxyId> } = {}
) {
  const internet = yield* Internet
  const personas = yield* Personas
  const configDetails = { resolvers: [internet.resolver], queryTimeoutSeconds: 0.3, ...dns }
  const resolvers = yield* personas.create({ name, personaType: "dns", configDetails })
  const browser = yield* personas.create({ name, personaType: "http", configDetails: { requestTimeoutSeconds: 2 } })
  const set = yield* Effect.flatMap(KeywordSets, (sets) =>
    sets.create({ name, rules: [{ pattern: "for sale", ruleType: "string" }] })
  )
  return yield* Effect.flatMap(Campaigns, (campaigns) =>
    campaigns.createPipeline({
      name,
      generation: {
        patternType: "prefix",
        characterSet: "letters",
        variableLength: 3,
        constantString: name,
        tld: "com",
        numDomainsToGenerate: names
      },
      dns: { personaIds: [resolvers.id], batchSize: 20, retryAttempts: 0 },
      http: {
        personaIds: [browser.id],
        keywordSetIds: [set.id],
        retryAttempts: 0,
        targetHttpPorts: [internet.ports.https, internet.ports.http],
        ...http
      }
    })
  )
})

layer(world, { excludeTestServices: true, timeout: "30 seconds" })("CampaignRunner", (it) => {
  it.effect(
    "runs a pipeline to its end, each campaign behind the one that feeds it",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const campaigns = yield* pipeline("acme", 300)

        // All at once: those behind follow while the ones before them run.
        const ended = yield* Effect.forEach(campaigns, ({ id }) => runner.run(id), { concurrency: "unbounded" })

        assert.deepStrictEqual(
          ended.map(({ status }) => status),
          ["completed", "completed", "completed"]
        )
        const [generation, resolution, fetching] = ended
        assert.strictEqual(generation?.processedItems, 300n)
        assert.strictEqual(resolution?.processedItems, 300n)
        assert.strictEqual(fetching?.totalItems, resolution?.successfulItems)
        assert.strictEqual(fetching?.processedItems, fetching?.totalItems)
        assert.isAbove(Number(fetching?.successfulItems), 0)

        const { world } = yield* Internet
        const answers = yield* Stream.runCollect((yield* DnsResults).stream(resolution!.id))
        for (const row of answers) {
          assert.strictEqual(row.validationStatus, world.expectedDns(row.domainName).status, row.domainName)
        }
        const pages = yield* Stream.runCollect((yield* HttpResults).stream(fetching!.id))
        assert.strictEqual(BigInt(pages.length), fetching?.processedItems)
      }),
    60_000
  )

  it.effect(
    "pauses, resumes and cancels within two seconds, loses nothing and asks nothing twice",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const port = yield* Campaigns
        // Long enough for all that follows.
        const [generation, resolution] = yield* pipeline("slow", 2_000, { rateLimitDps: 150, rateLimitBurst: 1 })
        yield* runner.run(generation!.id)
        const run = yield* Effect.forkChild(runner.run(resolution!.id))
        const read = port.get(resolution!.id)
        yield* Effect.sleep("1500 millis")

        yield* port.move(resolution!.id, "paused")
        yield* Effect.sleep("2 seconds")
        const atRest = yield* read
        assert.strictEqual(atRest.status, "paused")
        assert.isAbove(Number(atRest.processedItems), 0)
        yield* Effect.sleep("1 second")
        assert.strictEqual((yield* read).processedItems, atRest.processedItems)

        yield* port.move(resolution!.id, "queued")
        yield* Effect.sleep("2500 millis")
        const again = yield* read
        assert.strictEqual(again.status, "running")
        assert.isAbove(Number(again.processedItems), Number(atRest.processedItems))

        yield* port.move(resolution!.id, "cancelled")
        const cancelled = yield* Fiber.join(run)
        assert.strictEqual(cancelled.status, "cancelled")
        const rows = yield* Stream.runCollect((yield* DnsResults).stream(resolution!.id))
        assert.strictEqual(BigInt(rows.length), (yield* read).processedItems)
        assert.strictEqual(new Set(rows.map(({ domainName }) => domainName)).size, rows.length)
        assert.isBelow(rows.length, 2_000)
      }),
    60_000
  )

  it.effect(
    "what an older installation left among the names and is none is skipped, and capitals are asked about",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const port = yield* Campaigns
        const { world } = yield* Internet
        const [generation, resolution, behind] = yield* pipeline("elder", 4)
        const names = ["aaaelder.com", "AABELDER.com", "my_shop.com", "no name"]
        yield* Effect.flatMap(GeneratedDomains, (domains) =>
          domains.append({
            campaignId: generation!.id,
            offset: 0n,
            // As their rows hold them.
            names: names as unknown as ReadonlyArray<DomainName>,
            sourceKeyword: "elder",
            sourcePattern: "",
            tld: "com"
          })
        )
        const params = yield* port.params(behind!.id)
        if (params._tag !== "http_keyword_validation") return assert.fail()
        const { personaIds, targetHttpPorts } = params
        const pages = yield* port.create({
          name: "all",
          params: {
            _tag: "http_keyword_validation",
            sourceCampaignId: generation!.id,
            sourceType: "DomainGeneration",
            personaIds: [personaIds[0]!],
            targetHttpPorts
          }
        })
        for (const { id } of [generation!, resolution!, pages]) yield* runner.run(id)

        const answers = yield* Stream.runCollect((yield* DnsResults).stream(resolution!.id))
        assert.deepStrictEqual(
          new Map(answers.map((row) => [row.domainName, row.validationStatus])),
          new Map<string, string>([
            ["AABELDER.com", world.expectedDns("aabelder.com").status],
            ["aaaelder.com", world.expectedDns("aaaelder.com").status],
            ["my_shop.com", "Skipped"],
            ["no name", "Skipped"]
          ])
        )
        const skipped = answers.filter(({ validationStatus }) => validationStatus === "Skipped")
        for (const row of skipped)
          assert.deepInclude(row, { attempts: 0, dnsRecords: null, validatedByPersonaId: null })
        const found = yield* Stream.runCollect((yield* HttpResults).stream(pages.id, "Skipped"))
        assert.deepStrictEqual(
          found.map((row) => [row.domainName, row.fetchDetails?.reason, row.attempts]),
          [
            ["my_shop.com", "it is no domain name", 0],
            ["no name", "it is no domain name", 0]
          ]
        )
        assert.deepInclude(yield* port.get(resolution!.id), { status: "completed", processedItems: 4n })
        assert.deepInclude(yield* port.get(pages.id), { status: "completed", processedItems: 4n })
      }),
    60_000
  )

  it.effect(
    "settings that were changed during a pause too short to be seen count from there on",
    () =>
      Effect.gen(function* () {
        const [runner, port, personas] = [yield* CampaignRunner, yield* Campaigns, yield* Personas]
        const { resolver } = yield* Internet
        const [generation, resolution] = yield* pipeline("quick", 1_000, { rateLimitDps: 100, rateLimitBurst: 1 })
        const swift = yield* personas.create({
          name: "swift",
          personaType: "dns",
          configDetails: { resolvers: [resolver], queryTimeoutSeconds: 0.3 }
        })
        yield* runner.run(generation!.id)
        const run = yield* Effect.forkChild(runner.run(resolution!.id))
        yield* Effect.sleep("1500 millis")

        const { id } = resolution!
        yield* port.move(id, "paused")
        yield* port.update(id, { settings: { personaIds: [swift.id] } })
        for (const status of ["queued", "running"] as const) yield* port.move(id, status)

        assert.deepInclude({ ...(yield* Fiber.join(run)) }, { status: "completed", processedItems: 1_000n })
        const rows = yield* Stream.runCollect((yield* DnsResults).stream(id))
        const swiftly = rows.filter(({ validatedByPersonaId }) => validatedByPersonaId === swift.id)
        assert.isAbove(swiftly.length, 300)
        assert.isBelow(swiftly.length, 1_000)
      }),
    60_000
  )

  it.effect(
    "who follows a campaign that was cancelled takes what that still keeps of its last moment",
    () =>
      Effect.gen(function* () {
        const [runner, port, dns] = [yield* CampaignRunner, yield* Campaigns, yield* DnsResults]
        const [generation, resolution, fetching] = yield* pipeline("late", 3)
        yield* runner.run(generation!.id)
        for (const status of ["queued", "running"] as const) yield* port.move(resolution!.id, status)
        const [first, ...others] = yield* Scene.questions(resolution!.id)
        yield* dns.append(resolution!.id, [Scene.dnsAnswer(first!)])
        yield* port.move(resolution!.id, "cancelled")
        const run = yield* Effect.forkChild(runner.run(fetching!.id))
        yield* Effect.sleep("1500 millis")
        yield* dns.append(
          resolution!.id,
          others.map((question) => Scene.dnsAnswer(question))
        )
        assert.deepInclude({ ...(yield* Fiber.join(run)) }, { status: "completed", processedItems: 3n })
      }),
    60_000
  )

  it.effect(
    "a campaign whose proxies are all gone says so, and blames no site",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const proxy = yield* Effect.flatMap(Proxies, (proxies) =>
          proxies.create({ name: "gone", address: "127.0.0.1:1", protocol: "http" })
        )
        const [generation, resolution, fetching] = yield* pipeline("proxied", 60, {}, { proxyIds: [proxy.id] })
        yield* runner.run(generation!.id)
        yield* runner.run(resolution!.id)
        const ended = yield* runner.run(fetching!.id)
        assert.deepInclude({ ...ended }, { status: "completed", errorMessage: "no healthy proxy is left" })
        assert.strictEqual(ended.successfulItems, 0n)
        const pages = yield* Stream.runCollect((yield* HttpResults).stream(fetching!.id))
        assert.isAbove(pages.length, 3)
        // What the guard refuses or does not resolve never comes to a proxy.
        const asked = pages.filter(({ validationStatus }) => validationStatus === "ProxyError")
        assert.isAbove(asked.length, 3)
        assert.isEmpty(pages.filter(({ validationStatus }) => validationStatus === "Success"))
        assert.isFalse((yield* Effect.flatMap(Proxies, (proxies) => proxies.get(proxy.id))).isHealthy)
      }),
    60_000
  )

  it.effect("a campaign whose persona is gone stays pending and says which", () =>
    Effect.gen(function* () {
      const runner = yield* CampaignRunner
      const port = yield* Campaigns
      const [, resolution] = yield* pipeline("gone", 10)
      const params = yield* port.params(resolution!.id)
      if (params._tag !== "dns_validation") return assert.fail()
      yield* Effect.flatMap(Personas, (personas) => personas.remove(params.personaIds[0]!))

      const refusal = yield* Effect.flip(runner.run(resolution!.id))

      assert.strictEqual(refusal._tag, "PersonasUnusable")
      assert.include(refusal.message, params.personaIds[0]!)
      assert.strictEqual((yield* port.get(resolution!.id)).status, "pending")
    })
  )
})
