import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Reach } from "../auth/Reach.ts"
import { UserId } from "../auth/UserId.ts"
import type { Campaign } from "../campaign/Campaign.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Explanations } from "../campaign/Explanations.ts"
import type { PageRequest } from "../Page.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `Campaigns` promises about making campaigns and finding them, and about who may. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Campaigns (${name})`, (it) => {
    it.effect("a new campaign is pending, with nothing done and its parameters beside it", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const constantString = Scene.word()
        const params = Scene.pattern({ constantString, numDomainsToGenerate: 100, tld: ".COM" })
        const metadata = { snake_key: [1, "zwei", null, { ключ: "値" }] }

        const campaign = yield* campaigns.create({ name: "anvils", metadata, params })

        assert.deepInclude(campaign, {
          name: "anvils",
          campaignType: "domain_generation",
          status: "pending",
          userId: null,
          totalItems: 100n,
          processedItems: 0n,
          successfulItems: 0n,
          failedItems: 0n,
          progressPercentage: 0,
          startedAt: null,
          completedAt: null,
          errorMessage: null
        })
        assert.deepStrictEqual(campaign.metadata, metadata)
        assert.deepStrictEqual(yield* campaigns.get(campaign.id), campaign)
        assert.deepInclude(yield* campaigns.params(campaign.id), {
          _tag: "domain_generation",
          patternType: "prefix",
          constantString,
          // One form, whatever was sent.
          tld: "com",
          numDomainsToGenerate: 100,
          totalPossibleCombinations: 676n,
          startOffset: 0n,
          currentOffset: 0n
        })
      })
    )

    it.effect("what was said about a DNS and an HTTP campaign comes back, the rest by default", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const http = yield* Scene.http(dns.id, {
          adHocKeywords: ["anvil", 'ünïcode "quoted", {braced}'],
          targetHttpPorts: [8443, 80],
          proxySelectionStrategy: "least_latency",
          retryAttempts: 0
        })

        assert.deepInclude(yield* campaigns.params(dns.id), {
          _tag: "dns_validation",
          sourceGenerationCampaignId: source.id,
          rotationIntervalSeconds: 0,
          processingSpeedPerMinute: 0,
          batchSize: 1_000,
          retryAttempts: 1,
          lastOffset: -1n,
          metadata: null
        })
        const params = yield* campaigns.params(http.id)
        assert.deepInclude(params, {
          _tag: "http_keyword_validation",
          sourceCampaignId: dns.id,
          sourceType: "DNSValidation",
          keywordSetIds: [],
          adHocKeywords: ["anvil", 'ünïcode "quoted", {braced}'],
          proxyIds: [],
          proxyPoolId: null,
          proxySelectionStrategy: "least_latency",
          batchSize: 50,
          retryAttempts: 0,
          targetHttpPorts: [8443, 80],
          lastProcessedDomainName: null
        })
        assert.strictEqual(params._tag === "http_keyword_validation" && params.personaIds.length, 1)
      })
    )

    it.effect("a field that is wrong is refused with its path, and nothing is kept", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(1)
        const personaIds = [(yield* Scene.persona("dns")).id] as const
        const dns = { _tag: "dns_validation", sourceGenerationCampaignId: source.id, personaIds } as const
        const refused = (params: Parameters<typeof campaigns.create>[0]["params"], name = "refused") =>
          campaigns.create({ name, params }).pipe(
            Effect.flip,
            Effect.map((error) => (error._tag === "InvalidCampaign" ? error.path : error._tag))
          )

        assert.strictEqual(yield* refused(dns, ""), "name")
        assert.strictEqual(yield* refused({ ...dns, batchSize: 0 }), "params.batchSize")
        assert.strictEqual(yield* refused({ ...dns, retryAttempts: -1 }), "params.retryAttempts")
        assert.strictEqual(
          yield* refused({ ...dns, rotationIntervalSeconds: 2 ** 31 }),
          "params.rotationIntervalSeconds"
        )
        // The types forbid it, a request from outside may hold it.
        assert.strictEqual(yield* refused({ ...dns, personaIds: [] as never }), "params.personaIds[0]")
        assert.strictEqual(yield* refused({ ...dns, personaIds: ["nobody"] as never }), "params.personaIds[0]")
        assert.strictEqual(
          yield* refused({
            _tag: "http_keyword_validation",
            sourceCampaignId: source.id,
            personaIds,
            targetHttpPorts: [443, 70_000]
          }),
          "params.targetHttpPorts[1]"
        )
        assert.strictEqual(
          yield* refused({ ...Scene.pattern(), numDomainsToGenerate: -1 }),
          "params.numDomainsToGenerate"
        )
        assert.strictEqual(yield* refused(Scene.pattern({ patternType: "postfix" })), "InvalidPattern")
        assert.strictEqual(yield* refused(Scene.pattern({ tld: "" })), "InvalidPattern")
        assert.strictEqual(yield* refused(Scene.pattern({ variableLength: 40 })), "SpaceTooLarge")

        const { items } = yield* campaigns.page({})
        assert.isFalse(items.some((campaign) => campaign.name === "refused"))
      })
    )

    it.effect("a pipeline is created whole, each stage fed by the one before", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { _tag, ...generation } = Scene.pattern({ numDomainsToGenerate: 12 })
        const dns = { personaIds: [(yield* Scene.persona("dns")).id] } as const
        const http = { personaIds: [(yield* Scene.persona("http")).id] } as const

        const all = yield* campaigns.createPipeline({ name: "anvils", generation, dns, http })
        const [first, second, third] = all

        assert.deepStrictEqual(
          all.map(({ campaignType, name, totalItems }) => [campaignType, name, totalItems]),
          [
            ["domain_generation", "anvils (generation)", 12n],
            ["dns_validation", "anvils (DNS)", 12n],
            ["http_keyword_validation", "anvils (HTTP)", 12n]
          ]
        )
        assert.deepInclude(yield* campaigns.params(second!.id), { sourceGenerationCampaignId: first!.id })
        assert.deepInclude(yield* campaigns.params(third!.id), {
          sourceCampaignId: second!.id,
          sourceType: "DNSValidation"
        })
        assert.deepStrictEqual(yield* campaigns.fedBy(first!.id), [second!])
        for (const { id } of all) assert.deepStrictEqual(yield* Scene.actions(id), ["campaign.created"])
      })
    )

    it.effect("a pipeline that cannot be created whole is not created at all", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const name = Scene.word()
        const { _tag, ...generation } = Scene.pattern()
        const dns = { personaIds: [(yield* Scene.persona("dns")).id] } as const
        yield* campaigns.create({ name: "all of it", params: { _tag, ...generation } })

        const exhausted = yield* Effect.flip(campaigns.createPipeline({ name, generation, dns }))
        const gap = yield* Effect.flip(campaigns.createPipeline({ name, generation: Scene.pattern(), http: dns }))

        assert.strictEqual(exhausted._tag, "SpaceExhausted")
        assert.deepInclude(gap, { _tag: "InvalidCampaign", path: "dns" })
        const { items } = yield* campaigns.page({}, { limit: 1_000 })
        assert.isFalse(items.some((campaign) => campaign.name.startsWith(name)))
      })
    )

    it.effect("pages are newest first and hold each campaign once, whatever is created meanwhile", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const earlier = yield* Effect.forEach(Array.from({ length: 7 }), () =>
          Effect.andThen(TestClock.adjust("1 second"), Scene.generation())
        )
        const seen: Array<Campaign> = []
        let request: PageRequest = { limit: 2 }
        for (let next: string | null = ""; next !== null; request = { limit: 2, after: next }) {
          const page = yield* campaigns.page({ type: "domain_generation" }, request)
          assert.isAtMost(page.items.length, 2)
          seen.push(...page.items)
          next = page.next
          if (next === null) break
          yield* TestClock.adjust("1 second")
          yield* Scene.generation()
        }

        const mine = new Set(earlier.map(({ id }) => id))
        assert.deepStrictEqual(
          seen.filter(({ id }) => mine.has(id)).map(({ id }) => id),
          earlier.map(({ id }) => id).toReversed()
        )
        assert.strictEqual(new Set(seen.map(({ id }) => id)).size, seen.length)
      })
    )

    it.effect("pages hold what was asked for, and a foreign cursor is refused", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const cancelled = yield* Scene.generation()
        yield* campaigns.move(cancelled.id, "cancelled")

        const { items } = yield* campaigns.page({ status: "cancelled", type: "domain_generation" })
        const { items: others } = yield* campaigns.page({ type: "dns_validation" })

        assert.include(
          items.map(({ id }) => id),
          cancelled.id
        )
        assert.isTrue(items.every(({ status }) => status === "cancelled"))
        assert.isTrue(others.every(({ campaignType }) => campaignType === "dns_validation"))
        for (const after of ["", "nonsense", "bm9uc2Vuc2U", "WyJ4Il0", "WyJ4IiwieSJd"]) {
          assert.strictEqual((yield* Effect.flip(campaigns.page({}, { after })))._tag, "InvalidCursor", after)
        }
      })
    )

    it.effect("what does not exist is not found, whatever is asked", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const asked: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
          campaigns.get(Scene.missing),
          campaigns.params(Scene.missing),
          campaigns.update(Scene.missing, { name: "x" }),
          campaigns.move(Scene.missing, "queued"),
          campaigns.measure(Scene.missing),
          campaigns.remove(Scene.missing)
        ]
        for (const ask of asked) assert.strictEqual((yield* Effect.flip(ask))._tag, "CampaignNotFound")
        assert.deepStrictEqual(yield* campaigns.fedBy(Scene.missing), [])
      })
    )

    it.effect("what is out of reach looks as if it were not there, and nothing comes of it", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const source = yield* Scene.generation()
        yield* Scene.dns(source.id)
        const { id: personaId } = yield* Scene.persona("dns")
        const asked: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }, Explanations>> = [
          campaigns.get(source.id),
          campaigns.params(source.id),
          campaigns.update(source.id, { name: "mine" }),
          campaigns.move(source.id, "queued"),
          campaigns.measure(source.id),
          campaigns.remove(source.id),
          Stream.runDrain(campaigns.watch(source.id)),
          Explanations.use((explanations) => explanations.of(source.id, "aa.com")),
          campaigns.create({
            name: "somebody else's names",
            params: { _tag: "dns_validation", sourceGenerationCampaignId: source.id, personaIds: [personaId] }
          })
        ]
        const somebody = Effect.provideService(Reach, UserId.make(Scene.missing))

        for (const ask of asked) assert.strictEqual((yield* Effect.flip(somebody(ask)))._tag, "CampaignNotFound")
        assert.deepStrictEqual(yield* somebody(campaigns.fedBy(source.id)), [])
        assert.deepStrictEqual((yield* somebody(campaigns.page({}))).items, [])
        assert.strictEqual((yield* campaigns.get(source.id)).status, "pending")
        assert.strictEqual((yield* campaigns.fedBy(source.id)).length, 1)
      })
    )
  })
