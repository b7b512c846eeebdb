import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Random } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import * as Tally from "../campaign/Tally.ts"
import { HttpResults } from "../http/HttpResults.ts"
import { HttpStatus } from "../http/HttpVerdict.ts"
import { KeywordSetId } from "../keyword/KeywordSetId.ts"
import { Personas } from "../persona/Personas.ts"
import { Proxies } from "../proxy/Proxies.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const rows = (id: CampaignId, status?: HttpStatus) =>
  HttpResults.use((results) => Scene.collect(results.stream(id, status)))

/** The counters agree with the rows. */
const assertTrue = Effect.fnUntraced(function* (id: CampaignId) {
  const campaign = yield* Campaigns.use((campaigns) => campaigns.get(id))
  const kept = yield* rows(id)
  const found = kept.filter(({ validationStatus }) => validationStatus === "Success").length
  assert.strictEqual(campaign.processedItems, BigInt(kept.length))
  assert.strictEqual(campaign.successfulItems, BigInt(found))
  assert.strictEqual(campaign.failedItems, BigInt(kept.length - found))
  assert.closeTo(campaign.progressPercentage, (kept.length / Number(campaign.totalItems)) * 100, 1e-9)
  return kept
})

/** What every `HttpResults` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`HttpResults (${name})`, (it) => {
    it.effect("a finding is kept as it was made", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* Scene.behindDns(2)
        const persona = yield* Scene.persona("http")
        const proxy = yield* Proxies.use((proxies) =>
          proxies.create({ name: Scene.word(), address: `${Scene.word()}:8080`, protocol: "http" })
        )
        const [one, two] = yield* Scene.httpQuestions(id)
        const answer = Scene.httpAnswer(one!, "Success", { personaId: persona.id })
        const keyword = {
          keywordSetId: KeywordSetId.make("019b0000-0000-7000-8000-000000000001"),
          ruleIndex: 0,
          pattern: "Anvil",
          ruleType: "string",
          matchedText: "anvil",
          count: 2,
          offsets: [8, 20],
          contexts: ["Buy our anvils", "İ 💥 \\ \" ' { } \n"]
        } as const
        const verdict = {
          ...answer.verdict,
          reason: "after a redirect",
          title: 'Acme — "Ambossé" 💥',
          keywords: [keyword],
          proxyId: proxy.id
        }
        const refused = Scene.httpAnswer(two!, "Unreachable")
        const nothing = { statusCode: null, headers: null, title: null, snippet: null, contentHash: null, port: null }

        yield* results.append(id, [
          { ...answer, verdict },
          { ...refused, verdict: { ...refused.verdict, ...nothing, adHoc: [], urls: [], reason: "connection refused" } }
        ])

        const [first, second] = yield* assertTrue(id)
        assert.deepInclude(first!, {
          httpKeywordCampaignId: id,
          dnsResultId: one!.dnsResultId,
          domainName: one!.domainName,
          validationStatus: "Success",
          httpStatusCode: 200,
          pageTitle: verdict.title,
          extractedContentSnippet: verdict.snippet,
          contentHash: verdict.contentHash,
          validatedByPersonaId: persona.id,
          usedProxyId: proxy.id,
          attempts: 1,
          lastCheckedAt: new Date(1_700_000_000_123)
        })
        assert.deepStrictEqual(first!.responseHeaders, verdict.headers)
        assert.deepStrictEqual(first!.foundKeywordsFromSets, [keyword])
        assert.deepStrictEqual(first!.foundAdHocKeywords, verdict.adHoc)
        assert.deepStrictEqual(first!.fetchDetails, {
          reason: "after a redirect",
          port: 443,
          urls: verdict.urls,
          durationMs: 12.5
        })
        assert.deepInclude(second!, {
          validationStatus: "Unreachable",
          httpStatusCode: null,
          responseHeaders: null,
          pageTitle: null,
          usedProxyId: null
        })
        assert.deepStrictEqual(second!.foundKeywordsFromSets, [])
        assert.deepStrictEqual(second!.fetchDetails?.reason, "connection refused")
      })
    )

    it.effect("Success alone counts as such, every other final status as failed, and Pending is no result", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { campaign: source } = yield* Scene.spelled(HttpStatus.literals.length)
        const { id } = yield* Scene.http(source.id, { sourceType: "DomainGeneration" })
        const questions = yield* Scene.httpQuestions(id)

        const tally = yield* results.append(
          id,
          questions.map((question, i) => Scene.httpAnswer(question, HttpStatus.literals[i]))
        )

        assert.deepStrictEqual(tally, { successful: 1, failed: HttpStatus.literals.length - 2 })
        assert.strictEqual((yield* assertTrue(id)).length, HttpStatus.literals.length - 1)
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), [questions[HttpStatus.literals.indexOf("Pending")]!])
      })
    )

    it.effect("a result stands: appending again changes nothing, an overlapping batch adds what is new", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* Scene.behindDns(9)
        const questions = yield* Scene.httpQuestions(id)
        const found = questions.slice(0, 4).map((question) => Scene.httpAnswer(question))
        const lost = questions.slice(2).map((question) => Scene.httpAnswer(question, "Timeout"))

        assert.deepStrictEqual(yield* results.append(id, found), { successful: 4, failed: 0 })
        assert.deepStrictEqual(yield* results.append(id, found), { successful: 0, failed: 0 })
        assert.deepStrictEqual(yield* results.append(id, lost), { successful: 0, failed: 2 })
        assert.deepStrictEqual(yield* results.append(id, []), { successful: 0, failed: 0 })
        assert.strictEqual((yield* assertTrue(id)).length, 6)
      })
    )

    it.effect("the same findings from many at once, in any order, are counted once", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { campaign: source } = yield* Scene.spelled(200)
        const { id } = yield* Scene.http(source.id, { sourceType: "DomainGeneration" })
        const answers = (yield* Scene.httpQuestions(id)).map((question, i) =>
          Scene.httpAnswer(question, i % 2 ? "Success" : "Error")
        )
        const orders = yield* Effect.forEach(Array.from({ length: 8 }), () => Random.shuffle(answers))

        const tallies = yield* Effect.forEach(orders, (order) => results.append(id, [...order].slice(0, 150)), {
          concurrency: "unbounded"
        })
        const rest = yield* results.append(id, answers)

        assert.deepStrictEqual([...tallies, rest].reduce(Tally.add, Tally.empty), { successful: 100, failed: 100 })
        assert.strictEqual((yield* assertTrue(id)).length, 200)
      })
    )

    it.effect("findings that were under way when what they name went are kept, naming nobody", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const campaigns = yield* Campaigns
        const { dnsId, id } = yield* Scene.behindDns(3)
        const persona = yield* Scene.persona("http")
        const proxies = yield* Proxies
        const proxy = yield* proxies.create({ name: Scene.word(), address: `${Scene.word()}:1080`, protocol: "socks5" })
        const [one, two] = yield* Scene.httpQuestions(id)
        const named = (question: typeof one) => {
          const answer = Scene.httpAnswer(question!, "Success", { personaId: persona.id })
          return { ...answer, verdict: { ...answer.verdict, proxyId: proxy.id } }
        }
        yield* results.append(id, [named(one)])
        yield* campaigns.remove(dnsId)
        yield* Personas.use((personas) => personas.remove(persona.id))
        yield* proxies.remove(proxy.id)

        assert.deepStrictEqual(yield* results.append(id, [named(two)], two!.domainName), { successful: 1, failed: 0 })

        for (const row of yield* assertTrue(id)) {
          assert.deepInclude(row, { dnsResultId: null, validatedByPersonaId: null, usedProxyId: null })
        }
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), [])
      })
    )

    it.effect("findings that arrive after a cancel are kept and counted, and leave the state alone", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const results = yield* HttpResults
        const { id } = yield* Scene.behindDns(2)
        const questions = yield* Scene.httpQuestions(id)
        yield* campaigns.move(id, "cancelled")
        yield* results.append(id, [Scene.httpAnswer(questions[0]!)], questions[0]!.domainName)

        assert.strictEqual((yield* campaigns.get(id)).status, "cancelled")
        assert.strictEqual((yield* assertTrue(id)).length, 1)
      })
    )

    it.effect("results stream by name, of one status where asked", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { campaign: source, names } = yield* Scene.spelled(600)
        const { id } = yield* Scene.http(source.id, { sourceType: "DomainGeneration" })
        yield* results.append(
          id,
          (yield* Scene.httpQuestions(id)).map((question, i) =>
            Scene.httpAnswer(question, i % 4 === 0 ? "Success" : "KeywordsNotFound")
          )
        )

        assert.deepStrictEqual<ReadonlyArray<string>>(
          (yield* rows(id)).map(({ domainName }) => domainName),
          names
        )
        assert.strictEqual((yield* rows(id, "Success")).length, 150)
        assert.deepStrictEqual(yield* rows(id, "Timeout"), [])
      })
    )

    it.effect("reads as many results at a time as asked", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* Scene.behindDns(15)
        const questions = yield* Scene.httpQuestions(id)
        yield* results.append(
          id,
          questions.map((question) => Scene.httpAnswer(question))
        )

        assert.deepStrictEqual(yield* Scene.pages(results.stream(id, undefined, undefined, 4)), [4, 4, 2])
      })
    )

    it.effect("nothing is asked and nothing kept for a campaign that does not exist", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* Scene.behindDns(1)
        const questions = yield* Scene.httpQuestions(id)
        yield* Campaigns.use((campaigns) => campaigns.remove(id))

        assert.deepStrictEqual(yield* Scene.httpQuestions(id), [])
        const error = yield* Effect.flip(results.append(id, [Scene.httpAnswer(questions[0]!)]))
        assert.deepInclude(error, { _tag: "StoreError", operation: "HttpResults.append", retryable: false })
        assert.deepStrictEqual(yield* rows(id), [])
      })
    )
  })
