import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Random } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import * as Tally from "../campaign/Tally.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import type { DnsStatus } from "../dns/DnsVerdict.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import { Personas } from "../persona/Personas.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const rows = (id: CampaignId, status?: DnsStatus, after?: string) =>
  DnsResults.use((results) => Scene.collect(results.stream(id, status, after)))

/** The counters agree with the rows. */
const assertTrue = Effect.fnUntraced(function* (id: CampaignId) {
  const campaign = yield* Campaigns.use((campaigns) => campaigns.get(id))
  const kept = yield* rows(id)
  const resolved = kept.filter(({ validationStatus }) => validationStatus === "Resolved").length
  assert.strictEqual(campaign.processedItems, BigInt(kept.length))
  assert.strictEqual(campaign.successfulItems, BigInt(resolved))
  assert.strictEqual(campaign.failedItems, BigInt(kept.length - resolved))
  assert.closeTo(campaign.progressPercentage, (kept.length / Number(campaign.totalItems)) * 100, 1e-9)
  return kept
})

/** What every `DnsResults` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`DnsResults (${name})`, (it) => {
    it.effect("reads as many results at a time as asked", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(10)
        yield* results.append(
          id,
          questions.map((question) => Scene.dnsAnswer(question, "Resolved"))
        )

        assert.deepStrictEqual(yield* Scene.pages(results.stream(id, undefined, undefined, 4)), [4, 4, 2])
      })
    )

    it.effect("an answer is kept as it was given", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(2)
        const persona = yield* Scene.persona("dns")
        const [one, two] = questions
        const answer = Scene.dnsAnswer(one!, "Resolved", { personaId: persona.id })
        const silent = Scene.dnsAnswer(two!, "Error")

        yield* results.append(id, [answer, { ...silent, verdict: { status: "Error", records: null, attempts: 3 } }])

        const [first, second] = yield* assertTrue(id)
        assert.deepInclude(first!, {
          dnsCampaignId: id,
          domainName: one!.domainName,
          validationStatus: "Resolved",
          validatedByPersonaId: persona.id,
          attempts: 1,
          lastCheckedAt: new Date(1_700_000_000_123)
        })
        assert.strictEqual<string | null>(first!.generatedDomainId, one!.generatedDomainId)
        assert.deepStrictEqual(first!.dnsRecords, answer.verdict.records)
        assert.deepInclude(second!, {
          validationStatus: "Error",
          dnsRecords: null,
          validatedByPersonaId: null,
          attempts: 3
        })
      })
    )

    it.effect("every final status but Resolved counts as failed, and Pending is no answer", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(5)
        const statuses = ["Resolved", "Unresolved", "Error", "Skipped", "Pending"] as const

        const tally = yield* results.append(
          id,
          questions.map((question, i) => Scene.dnsAnswer(question, statuses[i]))
        )

        assert.deepStrictEqual(tally, { successful: 1, failed: 3 })
        assert.strictEqual((yield* assertTrue(id)).length, 4)
        assert.deepStrictEqual(yield* Scene.questions(id), [questions[4]!])
      })
    )

    it.effect("an answer stands: appending again changes nothing, an overlapping batch adds what is new", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(6)
        const resolved = questions.slice(0, 4).map((question) => Scene.dnsAnswer(question))
        const unresolved = questions.slice(2).map((question) => Scene.dnsAnswer(question, "Unresolved"))

        assert.deepStrictEqual(yield* results.append(id, resolved), { successful: 4, failed: 0 })
        assert.deepStrictEqual(yield* results.append(id, resolved), { successful: 0, failed: 0 })
        assert.deepStrictEqual(yield* results.append(id, unresolved), { successful: 0, failed: 2 })
        assert.deepStrictEqual(yield* results.append(id, []), { successful: 0, failed: 0 })

        const statuses = (yield* assertTrue(id)).map(({ validationStatus }) => validationStatus)
        assert.deepStrictEqual(statuses, ["Resolved", "Resolved", "Resolved", "Resolved", "Unresolved", "Unresolved"])
      })
    )

    it.effect("a name twice in one batch counts once, by its first word", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(1)
        const [question] = questions

        const tally = yield* results.append(id, [
          Scene.dnsAnswer(question!, "Pending"),
          Scene.dnsAnswer(question!, "Unresolved"),
          Scene.dnsAnswer(question!, "Resolved")
        ])

        assert.deepStrictEqual(tally, { successful: 0, failed: 1 })
        assert.strictEqual((yield* assertTrue(id))[0]!.validationStatus, "Unresolved")
      })
    )

    it.effect("the same answers from many at once, in any order, are counted once", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(300)
        const answers = questions.map((question, i) => Scene.dnsAnswer(question, i % 2 ? "Resolved" : "Unresolved"))
        const orders = yield* Effect.forEach(Array.from({ length: 8 }), () => Random.shuffle(answers))

        const tallies = yield* Effect.forEach(orders, (order) => results.append(id, [...order].slice(0, 250)), {
          concurrency: "unbounded"
        })
        const rest = yield* results.append(id, answers)

        const sum = [...tallies, rest].reduce(Tally.add, Tally.empty)
        assert.deepStrictEqual(sum, { successful: 150, failed: 150 })
        assert.strictEqual((yield* assertTrue(id)).length, 300)
      })
    )

    it.effect("answers that were under way when their source or their persona went are kept, naming neither", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions, source } = yield* Scene.dnsOver(3)
        const persona = yield* Scene.persona("dns")
        const other = yield* Scene.persona("dns")
        yield* results.append(id, [Scene.dnsAnswer(questions[0]!, "Resolved", { personaId: persona.id })])
        yield* Campaigns.use((campaigns) => campaigns.remove(source.id))
        yield* Personas.use((personas) => personas.remove(persona.id))

        const tally = yield* results.append(id, [
          Scene.dnsAnswer(questions[1]!, "Resolved", { personaId: persona.id }),
          Scene.dnsAnswer(questions[2]!, "Unresolved", { personaId: other.id })
        ])

        assert.deepStrictEqual(tally, { successful: 1, failed: 1 })
        const kept = yield* assertTrue(id)
        assert.deepStrictEqual(
          kept.map(({ generatedDomainId, validatedByPersonaId }) => [generatedDomainId, validatedByPersonaId]),
          [
            [null, null],
            [null, null],
            [null, other.id]
          ]
        )
        assert.deepStrictEqual(yield* Scene.questions(id), [])
      })
    )

    it.effect("answers that arrive after a pause or a cancel are kept and counted, and leave the state alone", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(2)
        yield* campaigns.move(id, "queued")
        yield* campaigns.move(id, "paused")
        yield* results.append(id, [Scene.dnsAnswer(questions[0]!)], 0n)
        assert.strictEqual((yield* campaigns.get(id)).status, "paused")
        yield* campaigns.move(id, "cancelled")
        yield* results.append(id, [Scene.dnsAnswer(questions[1]!)], 1n)

        assert.strictEqual((yield* campaigns.get(id)).status, "cancelled")
        assert.strictEqual((yield* assertTrue(id)).length, 2)
      })
    )

    it.effect("results stream by name, over many pages, of one status where asked", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const large = yield* Scene.generation({ variableLength: 3 })
        yield* GeneratedDomains.use((domains) =>
          Effect.flatMap(Scene.batch(large.id, 0n, 2_500), (batch) => domains.append(batch))
        )
        const { id } = yield* Scene.dns(large.id)
        const questions = yield* Scene.questions(id)
        yield* results.append(
          id,
          questions.map((question, i) => Scene.dnsAnswer(question, i % 3 === 0 ? "Resolved" : "Unresolved"))
        )

        const all = yield* rows(id)
        assert.deepStrictEqual(
          all.map(({ domainName }) => domainName),
          questions.map(({ domainName }) => domainName)
        )
        assert.strictEqual((yield* rows(id, "Resolved")).length, 834)
        assert.strictEqual((yield* rows(id, "Unresolved")).length, 1_666)
        assert.deepStrictEqual(yield* rows(id, "Skipped"), [])
        assert.deepStrictEqual(yield* rows(id, undefined, all[2_400]!.domainName), all.slice(2_401))
      })
    )

    it.effect("nothing is asked and nothing kept for a campaign that does not exist", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, questions } = yield* Scene.dnsOver(1)
        yield* Campaigns.use((campaigns) => campaigns.remove(id))

        assert.deepStrictEqual(yield* Scene.questions(id), [])
        const error = yield* Effect.flip(results.append(id, [Scene.dnsAnswer(questions[0]!)]))
        assert.deepInclude(error, { _tag: "StoreError", operation: "DnsResults.append", retryable: false })
        assert.deepStrictEqual(yield* rows(id), [])
      })
    )
  })
