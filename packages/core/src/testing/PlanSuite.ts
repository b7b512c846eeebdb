import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import * as Plan from "../campaign/Plan.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What a plan promises over every set of ports. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`plans (${name})`, (it) => {
    it.effect("a plan says exactly what a pipeline will come to, and reserves nothing", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { _tag, ...generation } = Scene.pattern({ variableLength: 3 })
        const personas = [yield* Scene.persona("dns"), yield* Scene.persona("http")] as const
        const pipeline = {
          name: "planned",
          generation,
          dns: { personaIds: [personas[0].id] as const, processingSpeedPerMinute: 600 },
          http: { personaIds: [personas[1].id] as const }
        }

        const before = yield* Plan.make(pipeline)
        assert.deepStrictEqual(before, [
          { campaignType: "domain_generation", names: 17_576n, isExact: true, queries: 0n, seconds: null },
          { campaignType: "dns_validation", names: 17_576n, isExact: true, queries: 35_152n, seconds: 1_757.6 },
          { campaignType: "http_keyword_validation", names: 17_576n, isExact: false, queries: 17_576n, seconds: null }
        ])
        assert.deepStrictEqual(yield* Plan.make(pipeline), before)
        const [first] = yield* campaigns.createPipeline({
          ...pipeline,
          generation: { ...generation, numDomainsToGenerate: 20 }
        })
        assert.strictEqual(first?.totalItems, 20n)
        // What is left for the next one of the same pattern.
        assert.deepInclude((yield* Plan.make(pipeline))[0], { names: 17_556n })
        assert.deepInclude(
          (yield* Plan.make({ name: "one", params: { _tag, ...generation, numDomainsToGenerate: 7 } }))[0],
          {
            names: 7n
          }
        )
      })
    )

    it.effect("afterwards stands beside the plan what became of it", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const campaign = yield* Scene.generation({ numDomainsToGenerate: 20 })
        const { id } = campaign
        yield* Scene.bring(campaign, "running")
        const batch = yield* Scene.batch(id, 0n, 20)
        yield* GeneratedDomains.use((domains) => domains.append(batch))
        yield* campaigns.move(id, "completed")
        const dns = yield* Scene.dns(id)

        const [done, notYet] = [yield* Plan.outcome(id), yield* Plan.outcome(dns.id)]

        assert.deepInclude(done, { names: 20n, successful: 20n })
        assert.deepInclude(done.plan, { campaignType: "domain_generation", names: 20n })
        assert.isAtLeast(done.seconds ?? -1, 0)
        assert.deepInclude(notYet, { names: 0n, seconds: null })
        assert.deepInclude(notYet.plan, { names: 20n, queries: 40n })
      })
    )
  })
