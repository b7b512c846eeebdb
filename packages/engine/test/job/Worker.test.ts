import { type Campaign, isFinal } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import * as Stores from "@domainflow/core/Stores"
import { Internet } from "@domainflow/internet/Internet"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { RunnerSettings } from "../../src/campaign/RunnerSettings.ts"
import * as Guard from "../../src/http/Guard.ts"
import { Worker } from "../../src/job/Worker.ts"
import * as Re2 from "../../src/keyword/Re2.ts"

const settings = Layer.effect(
  RunnerSettings,
  Effect.map(Internet, ({ ca }) => ({
    httpConcurrency: 32,
    http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [ca] },
    resolvers: []
  }))
)
const base = Stores.layerMemory.pipe(
  Layer.provideMerge(Re2.layer),
  Layer.provideMerge(settings),
  Layer.provideMerge(Internet.layerSpawned({ block: 140, ipv6: false }))
)

const terms = Effect.runSync(Lease.Terms)

const worker = (server: string, campaigns = 8) =>
  Effect.map(Layer.build(Layer.fresh(Worker.layer({ server, campaigns }))), (built) => Context.get(built, Worker))

const pipeline = Effect.fnUntraced(function* (
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

const get = (id: CampaignId) => Campaigns.use((port) => port.get(id))

/** Waits until the campaign is as it should be. */
const until = (id: CampaignId, is: (campaign: Campaign) => boolean) =>
  get(id).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: is }),
    Effect.timeoutOrElse({
      duration: "100 seconds",
      orElse: () =>
        Effect.flatMap(get(id), (now) => Effect.die(new Error(`still ${now.status}: ${now.processedItems}`)))
    })
  )
const ended = (id: CampaignId) => until(id, ({ status }) => isFinal(status))

const rows = Effect.fnUntraced(function* ([generation, dns, http]: readonly [CampaignId, CampaignId, CampaignId]) {
  return {
    names: [...(yield* Stream.runCollect((yield* GeneratedDomains).stream(generation, -1n)))],
    answers: [...(yield* Stream.runCollect((yield* DnsResults).stream(dns)))],
    pages: [...(yield* Stream.runCollect((yield* HttpResults).stream(http)))]
  }
})

it.live(
  "workers share a pipeline and run it to its end, each campaign behind the one that feeds it",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("acme", 1_600)
      yield* worker("a")
      yield* worker("b")
      yield* Start.start(ids[0])

      const [generation, dns, http] = [yield* ended(ids[0]), yield* ended(ids[1]), yield* ended(ids[2])]

      assert.deepStrictEqual(
        [generation, dns, http].map(({ status, errorMessage }) => [status, errorMessage]),
        Array.from({ length: 3 }, () => ["completed", null])
      )
      const { answers, names, pages } = yield* rows(ids)
      assert.strictEqual(names.length, 1_600)
      assert.strictEqual(answers.length, 1_600)
      assert.strictEqual(generation.processedItems, 1_600n)
      assert.strictEqual(dns.processedItems, 1_600n)
      assert.strictEqual(BigInt(pages.length), dns.successfulItems)
      assert.strictEqual(http.processedItems, dns.successfulItems)
      const { world } = yield* Internet
      for (const row of answers) {
        assert.strictEqual(row.validationStatus, world.expectedDns(row.domainName).status, row.domainName)
      }
      const jobs = yield* Effect.forEach(ids, (id) => Jobs.use((port) => port.page({ campaignId: id })))
      assert.deepStrictEqual(
        [...new Set(jobs.flatMap(({ items }) => items.map(({ status }) => status)))],
        ["completed"]
      )
      assert.isAbove(new Set(jobs.flatMap(({ items }) => items.map((job) => job.processingServerId))).size, 1)
    }).pipe(
      Effect.scoped,
      // Small stretches: many to share, though the names are few.
      Effect.provide(Layer.provideMerge(base, Layer.succeed(Lease.Terms, { ...terms, smallestStretch: 100n })))
    ),
  150_000
)

it.live(
  "a campaign after another begins when that has completed",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("later", 300, "after")
      yield* worker("a")
      yield* Start.start(ids[0])

      const campaigns = [yield* ended(ids[0]), yield* ended(ids[1]), yield* ended(ids[2])]

      for (const [i, campaign] of campaigns.entries()) {
        assert.strictEqual(campaign.status, "completed")
        if (i > 0) assert.isAtLeast(campaign.startedAt!.getTime(), campaigns[i - 1]!.completedAt!.getTime())
      }
    }).pipe(Effect.scoped, Effect.provide(base)),
  60_000
)

it.live(
  "a pause is felt by every worker, nothing of it is lost, and what is resumed goes on",
  () =>
    Effect.gen(function* () {
      const port = yield* Campaigns
      const ids = yield* pipeline("pause", 12_000, "behind", { rateLimitDps: 1_500, rateLimitBurst: 1 })
      yield* worker("a")
      yield* worker("b")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 1_000n)

      yield* port.move(ids[1], "paused")
      yield* Effect.sleep("2 seconds")
      const atRest = yield* get(ids[1])
      yield* Effect.sleep("1500 millis")
      assert.strictEqual((yield* get(ids[1])).processedItems, atRest.processedItems)
      assert.strictEqual((yield* get(ids[1])).status, "paused")
      const held = yield* Jobs.use((jobs) => jobs.page({ campaignId: ids[1], status: "running" }))
      assert.deepStrictEqual(held.items, [])

      yield* port.move(ids[1], "queued")
      yield* until(ids[1], ({ processedItems }) => processedItems > atRest.processedItems + 500n)
      const done = yield* ended(ids[1])
      assert.strictEqual(done.processedItems, 12_000n)
      const standing = yield* Jobs.use((jobs) => jobs.page({ campaignId: ids[1] }))
      // Handing back counts no attempt.
      assert.isTrue(standing.items.every(({ attempts }) => attempts === 1))
    }).pipe(Effect.scoped, Effect.provide(base)),
  150_000
)

it.live(
  "a worker that is drained hands back what it has, and another goes on at once",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("drain", 12_000, "behind", { rateLimitDps: 1_500, rateLimitBurst: 1 })
      const first = yield* worker("first")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 1_000n)

      const began = performance.now()
      yield* first.drain
      assert.isBelow(performance.now() - began, 30_000)
      assert.deepStrictEqual(yield* first.running, [])
      const left = yield* Effect.forEach(ids, (id) => Jobs.use((jobs) => jobs.page({ campaignId: id })))
      for (const job of left.flatMap(({ items }) => items)) {
        assert.notStrictEqual(job.status, "running")
        assert.isAtMost(job.attempts, job.status === "completed" ? 1 : 0)
      }

      const before = (yield* get(ids[1])).processedItems
      yield* worker("second")
      yield* until(ids[1], ({ processedItems }) => processedItems > before)
      assert.strictEqual((yield* ended(ids[1])).processedItems, 12_000n)
    }).pipe(Effect.scoped, Effect.provide(base)),
  150_000
)

/** Stretches of 100 names, at a pace at which one is read for longer than somebody lost is missed; a tenth of the promised times. */
const short = { ...terms, smallestStretch: 100n, lease: 3_000, heartbeat: 1_000, firstBackoff: 100 }
const slow = 450

const standings = (id: CampaignId) =>
  Effect.map(
    Jobs.use((jobs) => jobs.page({ campaignId: id })),
    ({ items }) =>
      items.map(({ attempts, processingServerId, status }) => `${processingServerId} ${status} ${attempts}`).sort()
  )

/** Somebody claims a job of the campaign as soon as there is one, and is never heard of again. */
const lose = (id: CampaignId) =>
  Jobs.use((jobs) => jobs.claim({ server: "lost", limit: 1, only: id })).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (jobs) => jobs.length > 0 }),
    Effect.timeout("10 seconds")
  )

const become = (id: CampaignId, expected: ReadonlyArray<string>) =>
  standings(id).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: (now) => now.join() === expected.join() }),
    Effect.timeoutOrElse({
      duration: "60 seconds",
      orElse: () => Effect.flatMap(standings(id), (now) => Effect.die(new Error(`still ${now.join()}`)))
    })
  )

it.live(
  "a worker that is alone and in the middle of a stretch takes up a lost one beside it",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("alone", 200, "behind", {}, slow)
      yield* worker("a")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 0n)
      yield* lose(ids[1])
      assert.deepStrictEqual(yield* standings(ids[1]), ["a running 1", "lost running 1"])

      // Before the end of the first, whatever the time.
      yield* become(ids[1], ["a running 1", "a running 2"])

      assert.strictEqual((yield* ended(ids[1])).processedItems, 200n)
      const { answers } = yield* rows(ids)
      assert.strictEqual(new Set(answers.map(({ domainName }) => domainName)).size, 200)
      assert.deepStrictEqual(yield* standings(ids[1]), ["a completed 1", "a completed 2"])
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(base, Layer.succeed(Lease.Terms, short)))),
  150_000
)

it.live(
  "a worker whose places are all taken runs the lost stretch of another campaign, and nothing else of it",
  () =>
    Effect.gen(function* () {
      const full = yield* pipeline("full", 100, "behind", {}, slow)
      yield* worker("a", 1)
      yield* Start.start(full[0])
      yield* until(full[1], ({ processedItems }) => processedItems > 0n)
      const [other] = yield* pipeline("other", 200)
      yield* Start.start(other)
      yield* lose(other)

      yield* become(other, ["a completed 2", "null pending 0"])

      assert.strictEqual((yield* get(full[1])).status, "running")
      assert.strictEqual((yield* ended(other)).processedItems, 200n)
      assert.strictEqual((yield* get(full[1])).status, "completed")
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(base, Layer.succeed(Lease.Terms, short)))),
  150_000
)

it.live(
  "a small campaign's first name is checked within five seconds, though large ones fill every place",
  () =>
    Effect.gen(function* () {
      const large = yield* pipeline("large", 40_000, "behind", { rateLimitDps: 2_000, rateLimitBurst: 1 })
      yield* worker("a", 2)
      yield* Start.start(large[0])
      yield* until(large[1], ({ processedItems }) => processedItems > 100n)
      const small = yield* pipeline("small", 20)
      const began = performance.now()
      yield* Start.start(small[0])

      yield* until(small[1], ({ processedItems }) => processedItems > 0n)

      assert.isBelow(performance.now() - began, 5_000)
      for (const id of large) yield* Effect.ignore(Campaigns.use((port) => port.move(id, "cancelled")))
    }).pipe(Effect.scoped, Effect.provide(base)),
  150_000
)
