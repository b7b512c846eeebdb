import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import type { GeneratedDomain } from "@domainflow/core/generation/GeneratedDomain"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { Personas } from "@domainflow/core/persona/Personas"
import * as Stores from "@domainflow/core/Stores"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Random, Ref, Stream } from "effect"
import { CampaignRunner } from "../../src/campaign/CampaignRunner.ts"
import * as Re2 from "../../src/keyword/Re2.ts"
import * as Peer from "../dns/Peer.ts"

/** The name whose batch is not kept, for as long as it is set. */
let held: string | undefined

/** Keeps answers after a while of its own, so that batches kept at the same time overtake one another. */
const unsteady = Layer.effect(
  DnsResults,
  Effect.map(DnsResults, (results) =>
    DnsResults.of({
      ...results,
      append: (id, answers, reached) =>
        answers.some(({ question }) => question.domainName === held)
          ? Effect.never
          : Effect.andThen(
              Effect.flatMap(Random.nextIntBetween(0, 12), (millis) => Effect.sleep(millis)),
              results.append(id, answers, reached)
            )
    })
  )
)
const world = CampaignRunner.layer.pipe(
  Layer.provideMerge(unsteady.pipe(Layer.provideMerge(Stores.layerMemory))),
  Layer.provide(Re2.layer)
)

/** A generation campaign that has run, and a DNS campaign over its names that asks `resolver`. */
const campaign = Effect.fnUntraced(function* (
  name: string,
  resolver: string,
  { names, ...dns }: { readonly names: number; readonly batchSize: number }
) {
  const campaigns = yield* Campaigns
  const persona = yield* Effect.flatMap(Personas, (personas) =>
    personas.create({
      name,
      personaType: "dns",
      configDetails: { resolvers: [resolver], queryTimeoutSeconds: 300, maxConcurrentGoroutines: 100 }
    })
  )
  const generation = yield* campaigns.create({
    name,
    params: {
      _tag: "domain_generation",
      patternType: "prefix",
      characterSet: "letters",
      variableLength: 3,
      constantString: name,
      tld: "com",
      numDomainsToGenerate: names
    }
  })
  yield* CampaignRunner.use((runner) => runner.run(generation.id))
  const { id } = yield* campaigns.create({
    name,
    params: { _tag: "dns_validation", sourceGenerationCampaignId: generation.id, personaIds: [persona.id], ...dns }
  })
  const source = yield* Effect.flatMap(GeneratedDomains, (domains) =>
    Stream.runCollect(domains.stream(generation.id, -1n))
  )
  return { id, source }
})

/** What is kept of a campaign: one row a name, counted, and every name up to the resume point among them. */
const kept = Effect.fnUntraced(function* (id: CampaignId, source: ReadonlyArray<GeneratedDomain>) {
  const campaigns = yield* Campaigns
  // The resume point first: what is kept meanwhile does not make it wrong.
  const params = yield* campaigns.params(id)
  const campaign = yield* campaigns.get(id)
  const rows = yield* Stream.runCollect((yield* DnsResults).stream(id))
  if (params._tag !== "dns_validation") return assert.fail()
  const answered = new Set(rows.map(({ domainName }) => domainName))
  assert.strictEqual(answered.size, rows.length)
  const missing = source.filter(({ domainName }) => !answered.has(domainName))
  for (const { domainName, offsetIndex } of missing)
    assert.isAbove(Number(offsetIndex - params.lastOffset), 0, domainName)
  return { campaign, lastOffset: params.lastOffset, rows, missing }
})

layer(world, { excludeTestServices: true, timeout: "30 seconds" })("a DNS campaign in one process", (it) => {
  it.effect(
    "keeps many batches behind a name that nobody answers for, and its resume point before it",
    () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const silent = new Map<string, () => void>()
        const isSilent = (name: string) => ["aab", "aaz", "azz"].includes(name.slice(0, 3))
        const peer = yield* Peer.make(async (asked) => {
          if (isSilent(asked.name)) await new Promise<void>((speak) => silent.set(asked.name, speak))
          return Peer.answer(asked, [], { rcode: Peer.rcode.nxDomain })
        })
        const { id, source } = yield* campaign("mute", peer.resolver, { names: 5_990, batchSize: 50 })
        const run = yield* Effect.forkChild(CampaignRunner.use((runner) => runner.run(id)))

        // All of the others, although a question here waits five minutes for its answer.
        const others = BigInt(source.length - 3)
        yield* Effect.repeat(Effect.delay(campaigns.get(id), "50 millis"), {
          until: ({ processedItems }) => processedItems === others
        })
        assert.strictEqual(silent.size, 3)
        const { lastOffset, missing } = yield* kept(id, source)
        assert.deepStrictEqual(
          missing.map(({ domainName }) => domainName),
          ["aabmute.com", "aazmute.com", "azzmute.com"]
        )
        assert.isBelow(Number(lastOffset), 1)

        for (const speak of silent.values()) speak()
        assert.strictEqual((yield* Fiber.join(run)).status, "completed")
        const { campaign: ended, lastOffset: end } = yield* kept(id, source)
        assert.strictEqual(ended.processedItems, 5_990n)
        assert.strictEqual(end, 5_989n)
        // Nobody was asked about twice.
        assert.strictEqual(peer.asked.length, 5_990)
      }),
    60_000
  )

  it.effect(
    "killed and run again at any moment it loses no name, keeps none twice, and its resume point is never past a hole",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const campaigns = yield* Campaigns
        let slow = 0
        const peer = yield* Peer.make(async (asked) => {
          // Some answers come late, so that batches fill out of the order of names.
          if (slow++ % 7 === 0) await new Promise((later) => setTimeout(later, slow % 40))
          return Peer.answer(asked, [], { rcode: Peer.rcode.nxDomain })
        })
        const { id, source } = yield* campaign("kill", peer.resolver, { names: 4_000, batchSize: 30 })
        let kills = 0
        const isDone = yield* Ref.make(false)
        while (!(yield* Ref.get(isDone))) {
          const run = yield* Effect.forkChild(Effect.andThen(runner.run(id), Ref.set(isDone, true)))
          // By what is kept, not by time: the last kills come when nothing is left.
          const enough = (yield* campaigns.get(id)).processedItems + BigInt(yield* Random.nextIntBetween(0, 1_500))
          yield* Effect.repeat(Effect.delay(campaigns.get(id), "1 millis"), {
            until: ({ processedItems, status }) => processedItems >= enough || status === "completed"
          })
          yield* Fiber.interrupt(run)
          kills++
          yield* kept(id, source)
        }
        assert.isAbove(kills, 1)
        const { campaign: ended, missing } = yield* kept(id, source)
        assert.isEmpty(missing)
        assert.deepInclude({ ...ended }, { status: "completed", processedItems: 4_000n })
      }),
    60_000
  )

  it.effect(
    "has its resume point wait for a batch that is kept late, and finds it again when killed before",
    () =>
      Effect.gen(function* () {
        const runner = yield* CampaignRunner
        const campaigns = yield* Campaigns
        const peer = yield* Peer.make((asked) => Peer.answer(asked, [], { rcode: Peer.rcode.nxDomain }))
        const { id, source } = yield* campaign("late", peer.resolver, { names: 3_500, batchSize: 40 })
        held = source[990]!.domainName
        const run = yield* Effect.forkChild(runner.run(id))
        yield* Effect.repeat(Effect.delay(campaigns.get(id), "50 millis"), {
          until: ({ processedItems }) => processedItems >= 3_400n
        })
        yield* Fiber.interrupt(run)
        const { missing } = yield* kept(id, source)
        assert.include(
          missing.map(({ domainName }) => domainName),
          held
        )

        held = undefined
        assert.strictEqual((yield* runner.run(id)).processedItems, 3_500n)
        assert.isEmpty((yield* kept(id, source)).missing)
      }),
    60_000
  )

  it.effect(
    "stopped while names wait it keeps what was answered and leaves a hole for each that was not",
    () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        let speaks = false
        const peer = yield* Peer.make((asked) =>
          speaks || !asked.name.startsWith("aac") ? Peer.answer(asked, [], { rcode: Peer.rcode.nxDomain }) : undefined
        )
        const { id, source } = yield* campaign("stop", peer.resolver, { names: 2_500, batchSize: 40 })
        const run = yield* Effect.forkChild(CampaignRunner.use((runner) => runner.run(id)))
        yield* Effect.repeat(Effect.delay(campaigns.get(id), "50 millis"), {
          until: ({ processedItems }) => processedItems === 2_499n
        })
        yield* campaigns.move(id, "paused")
        // The pass has ended when what it has asked is dropped: its last word is the resume point.
        yield* Effect.sleep("3 seconds")
        const { lastOffset, missing } = yield* kept(id, source)
        assert.deepStrictEqual(
          missing.map(({ domainName }) => domainName),
          ["aacstop.com"]
        )
        assert.isBelow(Number(lastOffset), 2)

        speaks = true
        yield* campaigns.move(id, "queued")
        assert.strictEqual((yield* Fiber.join(run)).processedItems, 2_500n)
        assert.isEmpty((yield* kept(id, source)).missing)
        // The dropped one again, and nobody else.
        assert.strictEqual(peer.asked.length, 2_501)
      }),
    60_000
  )

  it.effect(
    "behind a source that others still spell from several places it does not pass over what is not there yet",
    () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const domains = yield* GeneratedDomains
        const peer = yield* Peer.make((asked) => Peer.answer(asked, [], { rcode: Peer.rcode.nxDomain }))
        const persona = yield* Effect.flatMap(Personas, (personas) =>
          personas.create({ name: "gap", personaType: "dns", configDetails: { resolvers: [peer.resolver] } })
        )
        const [generation, resolution] = yield* campaigns.createPipeline({
          name: "gap",
          generation: {
            patternType: "prefix",
            characterSet: "letters",
            variableLength: 2,
            constantString: "gap",
            tld: "com",
            numDomainsToGenerate: 4
          },
          dns: { personaIds: [persona.id], batchSize: 2, chaining: "manual" }
        })
        const spell = (offset: bigint, names: ReadonlyArray<string>) =>
          domains.append({
            campaignId: generation!.id,
            offset,
            names: names as never,
            sourceKeyword: "gap",
            sourcePattern: "",
            tld: "com"
          })
        yield* campaigns.move(generation!.id, "queued")
        yield* campaigns.move(generation!.id, "running")
        yield* spell(2n, ["acgap.com", "adgap.com"])
        const run = yield* Effect.forkChild(CampaignRunner.use((runner) => runner.run(resolution!.id)))
        yield* Effect.repeat(Effect.delay(campaigns.get(resolution!.id), "20 millis"), {
          until: ({ processedItems }) => processedItems === 2n
        })
        yield* spell(0n, ["aagap.com", "abgap.com"])
        yield* campaigns.move(generation!.id, "completed")
        assert.deepInclude({ ...(yield* Fiber.join(run)) }, { status: "completed", processedItems: 4n })
      }),
    60_000
  )
})
