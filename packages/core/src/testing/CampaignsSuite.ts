import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option, Result, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Actor, system } from "../audit/Actor.ts"
import { Reach } from "../auth/Reach.ts"
import { UserId } from "../auth/UserId.ts"
import { type Campaign, CampaignStatus, canMove } from "../campaign/Campaign.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Explanations } from "../campaign/Explanations.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import type { PageRequest } from "../Page.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const missing = CampaignId.make("00000000-0000-4000-8000-00000000dead")

const actions = (id: CampaignId) => Effect.map(Scene.audited(id), (entries) => entries.map(({ action }) => action))

/** What every `Campaigns` promises about campaigns and their moves. Each layer runs it. */
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

    it.effect("a source must exist and give such names", () =>
      Effect.gen(function* () {
        const { campaign: source } = yield* Scene.spelled(1)
        const dns = yield* Scene.dns(source.id)

        const none = yield* Effect.flip(Scene.dns(missing))
        const wrong = yield* Effect.flip(Scene.dns(dns.id))
        const wrongToo = yield* Effect.flip(Scene.http(source.id, { sourceType: "DNSValidation" }))

        assert.deepInclude(none, { _tag: "CampaignNotFound", campaignId: missing })
        assert.deepInclude(wrong, { _tag: "InvalidCampaign", path: "params.sourceGenerationCampaignId" })
        assert.deepInclude(wrongToo, { _tag: "InvalidCampaign", path: "params.sourceCampaignId" })
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
        for (const { id } of all) assert.deepStrictEqual(yield* actions(id), ["campaign.created"])
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

    it.effect("a change changes what it names, and says so", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const before = yield* campaigns.params(dns.id)
        const other = yield* Scene.persona("dns")

        const changed = yield* campaigns.update(dns.id, {
          name: "renamed",
          settings: { batchSize: 7, personaIds: [other.id] }
        })
        assert.deepInclude(changed, { id: dns.id, name: "renamed", metadata: dns.metadata, totalItems: dns.totalItems })
        assert.deepStrictEqual(yield* campaigns.get(dns.id), changed)
        const after = yield* campaigns.params(dns.id)
        assert.deepStrictEqual<object>({ ...after }, { ...before, batchSize: 7, personaIds: [other.id] })
        assert.deepInclude((yield* Scene.audited(dns.id)).at(-1), {
          action: "campaign.updated",
          details: {
            name: "renamed",
            campaignType: "dns_validation",
            changed: ["name", "settings.personaIds", "settings.batchSize"]
          }
        })

        assert.strictEqual((yield* campaigns.update(dns.id, { metadata: null })).metadata, null)
        const http = yield* Scene.http(dns.id, { proxySelectionStrategy: "random", adHocKeywords: ["anvil"] })
        yield* campaigns.update(http.id, {
          settings: { proxySelectionStrategy: null, adHocKeywords: [], targetHttpPorts: [8080], chaining: "after" }
        })
        assert.deepInclude(yield* campaigns.params(http.id), {
          proxySelectionStrategy: null,
          adHocKeywords: [],
          targetHttpPorts: [8080],
          chaining: "after",
          batchSize: 50
        })

        const lines = (yield* Scene.audited(dns.id)).length
        yield* campaigns.update(dns.id, {})
        yield* campaigns.update(dns.id, { settings: {} })
        assert.strictEqual((yield* Scene.audited(dns.id)).length, lines, "nothing given, nothing done")
      })
    )

    it.effect("a change that is wrong, or comes at the wrong time, changes nothing", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const refused = [
          [dns.id, { name: "" }, "name"],
          [dns.id, { name: "x", settings: { batchSize: 0 } }, "settings.batchSize"],
          [dns.id, { settings: { personaIds: [] } }, "settings.personaIds[0]"],
          [dns.id, { settings: { adHocKeywords: ["anvil"] } }, "settings.adHocKeywords"],
          [dns.id, { settings: { sourceGenerationCampaignId: source.id } }, "settings.sourceGenerationCampaignId"],
          [source.id, { settings: { constantString: "other" } }, "settings"]
        ] as const
        for (const [id, change, path] of refused)
          assert.deepInclude(yield* Effect.flip(campaigns.update(id, change)), { _tag: "InvalidCampaign", path })
        assert.deepStrictEqual(yield* campaigns.get(dns.id), dns)

        for (const status of CampaignStatus.literals) {
          const campaign = yield* Scene.dns(source.id)
          yield* Scene.bring(campaign, status)
          const named = yield* Effect.result(campaigns.update(campaign.id, { name: "renamed" }))
          assert.strictEqual(Result.isSuccess(named), status !== "archived", status)
          const settled = yield* Effect.result(campaigns.update(campaign.id, { settings: { retryAttempts: 3 } }))
          assert.strictEqual(Result.isSuccess(settled), ["pending", "paused", "failed"].includes(status), status)
          if (Result.isFailure(settled))
            assert.deepInclude(settled.failure, {
              _tag: "CampaignUnchangeable",
              state: status,
              path: "settings.retryAttempts"
            })
          assert.strictEqual((yield* campaigns.get(campaign.id)).status, status)
        }
      })
    )

    it.effect("every move between two states is made if it is legal, and told if it is not", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        for (const from of CampaignStatus.literals) {
          for (const to of CampaignStatus.literals) {
            const campaign = yield* Scene.generation({ numDomainsToGenerate: 1 })
            yield* Scene.bring(campaign, from)
            const moved = yield* Effect.result(campaigns.move(campaign.id, to))
            const now = (yield* campaigns.get(campaign.id)).status

            if (canMove(from, to)) {
              assert.strictEqual(Option.getOrThrow(Result.getSuccess(moved)).status, to, `${from} -> ${to}`)
              assert.strictEqual(now, to)
            } else {
              const error = Option.getOrThrow(Result.getFailure(moved))
              assert.deepInclude(error, { _tag: "IllegalTransition", campaignId: campaign.id, from, to })
              assert.strictEqual(now, from)
            }
          }
        }
      })
    )

    it.effect("of many who make the same move one wins, and one line is written", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()

        const tries = yield* Effect.all(
          Array.from({ length: 20 }, () => Effect.result(campaigns.move(id, "queued"))),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(tries.filter(Result.isSuccess).length, 1)
        for (const error of tries.filter(Result.isFailure)) {
          assert.deepInclude(error.failure, { _tag: "IllegalTransition", from: "queued", to: "queued" })
        }
        assert.deepStrictEqual(yield* actions(id), ["campaign.created", "campaign.queued"])
      })
    )

    it.effect("of moves that exclude each other one is made", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        for (let round = 0; round < 10; round++) {
          const campaign = yield* Scene.generation()
          yield* Scene.bring(campaign, "running")
          const ends = ["completed", "failed", "cancelled"] as const

          const tries = yield* Effect.all(
            ends.map((to) => Effect.result(campaigns.move(campaign.id, to))),
            { concurrency: "unbounded" }
          )

          const won = tries.filter(Result.isSuccess).map(({ success }) => success.status)
          assert.deepStrictEqual(won, [(yield* campaigns.get(campaign.id)).status])
        }
      })
    )

    it.effect("the start is set once, the end by what ends, and both errors and ends are gone when it goes on", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()
        yield* campaigns.move(id, "queued")
        const running = yield* campaigns.move(id, "running")
        yield* TestClock.adjust("1 hour")
        yield* campaigns.move(id, "paused")
        const resumed = yield* campaigns.move(id, "running")
        yield* TestClock.adjust("1 hour")
        const failed = yield* campaigns.move(id, "failed", "the resolver has gone")
        const again = yield* campaigns.move(id, "queued")
        yield* campaigns.move(id, "running")
        const completed = yield* campaigns.move(id, "completed")
        yield* TestClock.adjust("1 hour")
        const archived = yield* campaigns.move(id, "archived")

        assert.isNotNull(running.startedAt)
        assert.isNull(running.completedAt)
        assert.deepStrictEqual(resumed.startedAt, running.startedAt)
        assert.isNotNull(failed.completedAt)
        assert.strictEqual(failed.errorMessage, "the resolver has gone")
        assert.isNull(again.errorMessage)
        assert.isNull(again.completedAt)
        assert.deepStrictEqual(completed.startedAt, running.startedAt)
        assert.isNotNull(completed.completedAt)
        assert.deepStrictEqual(archived.completedAt, completed.completedAt)
        assert.deepStrictEqual(yield* actions(id), [
          "campaign.created",
          "campaign.queued",
          "campaign.started",
          "campaign.paused",
          "campaign.resumed",
          "campaign.failed",
          "campaign.queued",
          "campaign.started",
          "campaign.completed",
          "campaign.archived"
        ])
      })
    )

    it.effect("what a running campaign says stands until it says otherwise, and is no change of anybody's", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()
        const said = Effect.map(campaigns.get(id), ({ errorMessage }) => errorMessage)
        yield* campaigns.say(id, "not running yet")
        assert.isNull(yield* said)
        yield* campaigns.move(id, "queued")
        yield* campaigns.move(id, "running")

        yield* campaigns.say(id, "no healthy proxy is left")
        assert.strictEqual(yield* said, "no healthy proxy is left")
        yield* campaigns.say(id, null)
        assert.isNull(yield* said)
        yield* campaigns.say(id, "no healthy proxy is left")
        yield* campaigns.move(id, "completed")
        yield* campaigns.say(id, null)

        // Who looks at its end sees what was wrong in it.
        assert.strictEqual(yield* said, "no healthy proxy is left")
        assert.deepStrictEqual(yield* actions(id), [
          "campaign.created",
          "campaign.queued",
          "campaign.started",
          "campaign.completed"
        ])
      })
    )

    it.effect("a refused change writes no line, and one that is made is signed by who made it", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const actor = { ...system, clientIp: "192.0.2.7", userAgent: "a browser" }
        const { id } = yield* Scene.generation()
        yield* Effect.flip(campaigns.move(id, "running"))
        yield* Effect.flip(campaigns.move(id, "completed"))
        yield* campaigns.move(id, "queued").pipe(Effect.provideService(Actor, actor))

        const entries = yield* Scene.audited(id)

        assert.deepStrictEqual(
          entries.map(({ action, clientIp, entityType }) => [action, entityType, clientIp]),
          [
            ["campaign.created", "campaign", null],
            ["campaign.queued", "campaign", "192.0.2.7"]
          ]
        )
        assert.deepInclude(entries[1]!.details, { from: "pending", to: "queued" })
      })
    )

    it.effect(
      "measuring follows the source: what it may still give while it runs, what it gave once it has ended",
      () =>
        Effect.gen(function* () {
          const campaigns = yield* Campaigns
          const { campaign: source } = yield* Scene.spelled(4, 10)
          const dns = yield* Scene.dns(source.id)
          const http = yield* Scene.http(dns.id)
          const total = (id: CampaignId) => Effect.map(campaigns.measure(id), ({ totalItems }) => totalItems)

          assert.strictEqual(yield* total(source.id), 10n)
          assert.strictEqual(yield* total(dns.id), 10n)
          yield* campaigns.move(source.id, "cancelled")
          assert.strictEqual(yield* total(dns.id), 4n)

          const open = yield* Scene.questions(dns.id)
          yield* DnsResults.use((results) =>
            results.append(dns.id, [
              Scene.dnsAnswer(open[0]!),
              Scene.dnsAnswer(open[1]!, "Unresolved"),
              Scene.dnsAnswer(open[2]!)
            ])
          )
          // Two have resolved, one may still.
          assert.strictEqual(yield* total(http.id), 3n)
          yield* campaigns.move(dns.id, "cancelled")
          assert.strictEqual(yield* total(http.id), 2n)
          assert.strictEqual((yield* campaigns.measure(dns.id)).progressPercentage, 75)
        })
    )

    it.effect(
      "a source that failed may go on: what is chained to it counts on that, what was started by hand does not",
      () =>
        Effect.gen(function* () {
          const campaigns = yield* Campaigns
          const { campaign: source } = yield* Scene.spelled(4, 10)
          yield* Scene.bring(source, "failed")
          const follower = (chaining: "manual" | "behind" | "after") =>
            Effect.flatMap(Scene.persona("dns"), ({ id }) =>
              campaigns.create({
                name: chaining,
                params: { _tag: "dns_validation", sourceGenerationCampaignId: source.id, personaIds: [id], chaining }
              })
            )
          const followers = [yield* follower("behind"), yield* follower("after"), yield* follower("manual")]
          const totals = Effect.map(
            Effect.forEach(followers, ({ id }) => campaigns.measure(id)),
            (measured) => measured.map(({ totalItems }) => totalItems)
          )

          assert.deepStrictEqual(
            followers.map(({ totalItems }) => totalItems),
            [10n, 10n, 4n]
          )
          assert.deepStrictEqual(yield* totals, [10n, 10n, 4n])
          yield* campaigns.move(source.id, "archived")
          assert.deepStrictEqual(yield* totals, [4n, 4n, 4n])
        })
    )

    it.effect("a campaign over a source that gives nothing is done", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const source = yield* Scene.generation()
        yield* campaigns.move(source.id, "cancelled")
        const dns = yield* Scene.dns(source.id)

        assert.strictEqual(dns.totalItems, 0n)
        assert.strictEqual(dns.progressPercentage, 100)
      })
    )

    it.effect("what is removed takes its rows with it, and those it fed keep theirs", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const results = yield* DnsResults
        const { campaign: source, names } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const http = yield* Scene.http(dns.id)
        const open = yield* Scene.questions(dns.id)
        yield* results.append(dns.id, [Scene.dnsAnswer(open[0]!)])

        yield* campaigns.remove(source.id)

        assert.deepInclude(yield* Effect.flip(campaigns.get(source.id)), { _tag: "CampaignNotFound" })
        assert.deepInclude(yield* campaigns.params(dns.id), { sourceGenerationCampaignId: null })
        const [kept] = yield* Scene.collect(results.stream(dns.id))
        assert.deepInclude(kept, { domainName: names[0]!, generatedDomainId: null, validationStatus: "Resolved" })
        assert.deepStrictEqual(yield* Scene.questions(dns.id), [])
        assert.deepInclude(yield* campaigns.measure(dns.id), { totalItems: 1n, progressPercentage: 100 })

        yield* campaigns.remove(dns.id)
        assert.deepStrictEqual(yield* Scene.collect(results.stream(dns.id)), [])
        assert.deepInclude(yield* campaigns.measure(http.id), { totalItems: 0n, progressPercentage: 100 })
        assert.strictEqual((yield* Effect.flip(campaigns.params(http.id)))._tag, "CampaignNotFound")
        assert.deepStrictEqual(yield* actions(source.id), ["campaign.created", "campaign.deleted"])
      })
    )

    it.effect("a running campaign is not removed", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const campaign = yield* Scene.generation()
        yield* Scene.bring(campaign, "running")

        const refused = yield* Effect.flip(campaigns.remove(campaign.id))

        assert.deepInclude(refused, { _tag: "IllegalTransition", from: "running" })
        assert.strictEqual((yield* campaigns.get(campaign.id)).status, "running")
        yield* campaigns.move(campaign.id, "cancelled")
        yield* campaigns.remove(campaign.id)
        assert.strictEqual((yield* Effect.flip(campaigns.remove(campaign.id)))._tag, "CampaignNotFound")
      })
    )

    it.effect("what does not exist is not found, whatever is asked", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const asked: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
          campaigns.get(missing),
          campaigns.params(missing),
          campaigns.update(missing, { name: "x" }),
          campaigns.move(missing, "queued"),
          campaigns.measure(missing),
          campaigns.remove(missing)
        ]
        for (const ask of asked) assert.strictEqual((yield* Effect.flip(ask))._tag, "CampaignNotFound")
        assert.deepStrictEqual(yield* campaigns.fedBy(missing), [])
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
        const somebody = Effect.provideService(Reach, UserId.make(missing))

        for (const ask of asked) assert.strictEqual((yield* Effect.flip(somebody(ask)))._tag, "CampaignNotFound")
        assert.deepStrictEqual(yield* somebody(campaigns.fedBy(source.id)), [])
        assert.deepStrictEqual((yield* somebody(campaigns.page({}))).items, [])
        assert.strictEqual((yield* campaigns.get(source.id)).status, "pending")
        assert.strictEqual((yield* campaigns.fedBy(source.id)).length, 1)
      })
    )
  })
