import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Explanations } from "../campaign/Explanations.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { HttpResults } from "../http/HttpResults.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `Explanations` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Explanations (${name})`, (it) => {
    it.effect("a name is explained by all that led to its verdict, as far as it has come", () =>
      Effect.gen(function* () {
        const explanations = yield* Explanations
        const { campaign, names } = yield* Scene.spelled(2)
        const dns = yield* Scene.dns(campaign.id)
        const http = yield* Scene.http(dns.id)
        const [one] = yield* Scene.questions(dns.id)
        const persona = yield* Scene.persona("dns")
        const answer = Scene.dnsAnswer(one!, "Resolved", { personaId: persona.id })
        yield* DnsResults.use((results) => results.append(dns.id, [answer]))
        const [question] = yield* HttpResults.use((results) => results.stretch(http.id, -1n, 1, 2n))
        yield* HttpResults.use((results) => results.append(http.id, [Scene.httpAnswer(question!)]))

        const whole = yield* explanations.of(http.id, names[0]!)
        assert.deepInclude(whole.generation, { domainName: names[0]!, offsetIndex: 0n })
        assert.strictEqual(whole.dns?.persona?.id, persona.id)
        assert.deepStrictEqual(whole.dns?.result.dnsRecords, answer.verdict.records)
        assert.deepInclude(whole.http?.result, {
          validationStatus: "Success",
          dnsResultId: whole.dns?.result.id ?? null
        })
        assert.strictEqual(whole.http?.result.fetchDetails?.port, 443)

        const half = yield* explanations.of(http.id, names[1]!)
        assert.deepInclude(half.generation, { offsetIndex: 1n })
        assert.deepInclude(half, { dns: null, http: null })
        assert.isNotNull((yield* explanations.of(dns.id, names[0]!)).dns)
        assert.deepInclude(yield* explanations.of(campaign.id, names[0]!), { dns: null, http: null })
        assert.deepInclude(yield* explanations.of(http.id, "nobody.example"), {
          generation: null,
          dns: null,
          http: null
        })
        yield* Campaigns.use((campaigns) => campaigns.remove(campaign.id))
        assert.isNull((yield* explanations.of(http.id, names[0]!)).generation)
        assert.strictEqual((yield* Effect.flip(explanations.of(campaign.id, names[0]!)))._tag, "CampaignNotFound")
      })
    )
  })
