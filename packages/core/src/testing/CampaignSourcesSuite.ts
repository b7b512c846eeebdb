import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `Campaigns` promises about campaigns that feed each other, and about those that go. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Campaigns: sources (${name})`, (it) => {
    it.effect("a source must exist and give such names", () =>
      Effect.gen(function* () {
        const { campaign: source } = yield* Scene.spelled(1)
        const dns = yield* Scene.dns(source.id)

        const none = yield* Effect.flip(Scene.dns(Scene.missing))
        const wrong = yield* Effect.flip(Scene.dns(dns.id))
        const wrongToo = yield* Effect.flip(Scene.http(source.id, { sourceType: "DNSValidation" }))

        assert.deepInclude(none, { _tag: "CampaignNotFound", campaignId: Scene.missing })
        assert.deepInclude(wrong, { _tag: "InvalidCampaign", path: "params.sourceGenerationCampaignId" })
        assert.deepInclude(wrongToo, { _tag: "InvalidCampaign", path: "params.sourceCampaignId" })
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
        assert.deepStrictEqual(yield* Scene.actions(source.id), ["campaign.created", "campaign.deleted"])
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
  })
