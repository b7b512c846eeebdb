import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Random } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import * as Tally from "../campaign/Tally.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { HttpResults } from "../http/HttpResults.ts"
import { HttpStatus } from "../http/HttpVerdict.ts"
import { KeywordSetId } from "../keyword/KeywordSetId.ts"
import { Personas } from "../persona/Personas.ts"
import { Proxies } from "../proxy/Proxies.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const open = (id: CampaignId) => HttpResults.use((results) => results.questions(id, null, 10_000))

const rows = (id: CampaignId, status?: HttpStatus) =>
  HttpResults.use((results) => Scene.collect(results.stream(id, status)))

/** An HTTP campaign over a DNS campaign whose names resolve, but for every third. */
const behindDns = Effect.fnUntraced(function* (count: number) {
  const dns = yield* DnsResults
  const { campaign: source } = yield* Scene.spelled(count)
  const { id: dnsId } = yield* Scene.dns(source.id)
  const asked = yield* Scene.questions(dnsId)
  yield* dns.append(
    dnsId,
    asked.map((question, i) => Scene.dnsAnswer(question, i % 3 === 2 ? "Unresolved" : "Resolved"))
  )
  const { id } = yield* Scene.http(dnsId)
  return { dnsId, id, resolved: asked.filter((_, i) => i % 3 !== 2).map(({ domainName }) => domainName) }
})

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
    it.effect("behind a DNS campaign the questions are its resolved names, with their results, by name", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { dnsId, id, resolved } = yield* behindDns(9)
        const questions = yield* open(id)

        assert.deepStrictEqual(
          questions.map(({ domainName }) => domainName),
          resolved
        )
        const answers = yield* DnsResults.use((dns) => Scene.collect(dns.stream(dnsId, "Resolved")))
        assert.deepStrictEqual(
          questions.map(({ dnsResultId }) => dnsResultId),
          answers.map((answer) => answer.id)
        )
        assert.deepStrictEqual(yield* results.questions(id, null, 2), questions.slice(0, 2))
        assert.deepStrictEqual(yield* results.questions(id, resolved[1]!, 2), questions.slice(2, 4))
        assert.deepStrictEqual(yield* results.questions(id, resolved[1]!, 10, resolved[4]!), questions.slice(2, 4))
        assert.deepStrictEqual(yield* results.questions(id, resolved.at(-1)!, 10), [])
      })
    )

    it.effect("behind a generation campaign they are all its names", () =>
      Effect.gen(function* () {
        const { campaign: source, names } = yield* Scene.spelled(5)
        const { id } = yield* Scene.http(source.id, { sourceType: "DomainGeneration" })

        assert.deepStrictEqual(
          yield* open(id),
          names.map((domainName) => ({ domainName, dnsResultId: null }))
        )
      })
    )

    it.effect("a finding is kept as it was made", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* behindDns(2)
        const persona = yield* Scene.persona("http")
        const proxy = yield* Proxies.use((proxies) =>
          proxies.create({ name: Scene.word(), address: `${Scene.word()}:8080`, protocol: "http" })
        )
        const [one, two] = yield* open(id)
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
        const questions = yield* open(id)

        const tally = yield* results.append(
          id,
          questions.map((question, i) => Scene.httpAnswer(question, HttpStatus.literals[i]))
        )

        assert.deepStrictEqual(tally, { successful: 1, failed: HttpStatus.literals.length - 2 })
        assert.strictEqual((yield* assertTrue(id)).length, HttpStatus.literals.length - 1)
        assert.deepStrictEqual(yield* open(id), [questions[HttpStatus.literals.indexOf("Pending")]!])
      })
    )

    it.effect("a result stands: appending again changes nothing, an overlapping batch adds what is new", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* behindDns(9)
        const questions = yield* open(id)
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
        const answers = (yield* open(id)).map((question, i) => Scene.httpAnswer(question, i % 2 ? "Success" : "Error"))
        const orders = yield* Effect.forEach(Array.from({ length: 8 }), () => Random.shuffle(answers))

        const tallies = yield* Effect.forEach(orders, (order) => results.append(id, [...order].slice(0, 150)), {
          concurrency: "unbounded"
        })
        const rest = yield* results.append(id, answers)

        assert.deepStrictEqual([...tallies, rest].reduce(Tally.add, Tally.empty), { successful: 100, failed: 100 })
        assert.strictEqual((yield* assertTrue(id)).length, 200)
      })
    )

    it.effect("a campaign goes on from the last name that was done, and asks nothing twice", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const campaigns = yield* Campaigns
        const { id, resolved } = yield* behindDns(15)
        const questions = yield* open(id)
        const answer = (from: number, to: number) =>
          questions.slice(from, to).map((question) => Scene.httpAnswer(question))

        yield* results.append(id, answer(0, 3), resolved[2])
        assert.deepStrictEqual(yield* open(id), questions.slice(3))
        assert.deepInclude(yield* campaigns.params(id), { lastProcessedDomainName: resolved[2]! })

        yield* results.append(id, answer(6, 8))
        assert.deepStrictEqual(yield* open(id), [...questions.slice(3, 6), ...questions.slice(8)])
        assert.deepStrictEqual(yield* results.questions(id, resolved[4]!, 2), [questions[5]!, questions[8]!])

        yield* results.append(id, answer(3, 6), resolved[7])
        // A straggler does not take the resume point back.
        yield* results.append(id, answer(0, 3), resolved[2])
        assert.deepInclude(yield* campaigns.params(id), { lastProcessedDomainName: resolved[7]! })
        assert.deepStrictEqual(yield* open(id), questions.slice(8))
      })
    )

    it.effect("names that resolve later are asked later, wherever they sort", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const dns = yield* DnsResults
        const { campaign: source } = yield* Scene.spelled(4)
        const { id: dnsId } = yield* Scene.dns(source.id)
        const asked = yield* Scene.questions(dnsId)
        const { id } = yield* Scene.http(dnsId)
        yield* dns.append(dnsId, [Scene.dnsAnswer(asked[2]!)])
        yield* results.append(
          id,
          (yield* open(id)).map((question) => Scene.httpAnswer(question))
        )
        assert.deepStrictEqual(yield* open(id), [])

        yield* dns.append(dnsId, [Scene.dnsAnswer(asked[0]!), Scene.dnsAnswer(asked[3]!)])

        assert.deepStrictEqual(
          (yield* open(id)).map(({ domainName }) => domainName),
          [asked[0]!.domainName, asked[3]!.domainName]
        )
      })
    )

    it.effect("findings that were under way when what they name went are kept, naming nobody", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const campaigns = yield* Campaigns
        const { dnsId, id } = yield* behindDns(3)
        const persona = yield* Scene.persona("http")
        const proxies = yield* Proxies
        const proxy = yield* proxies.create({ name: Scene.word(), address: `${Scene.word()}:1080`, protocol: "socks5" })
        const [one, two] = yield* open(id)
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
        assert.deepStrictEqual(yield* open(id), [])
      })
    )

    it.effect("findings that arrive after a cancel are kept and counted, and leave the state alone", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const results = yield* HttpResults
        const { id } = yield* behindDns(2)
        const questions = yield* open(id)
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
          (yield* open(id)).map((question, i) =>
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

    it.effect("nothing is asked and nothing kept for a campaign that does not exist", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { id } = yield* behindDns(1)
        const questions = yield* open(id)
        yield* Campaigns.use((campaigns) => campaigns.remove(id))

        assert.deepStrictEqual(yield* open(id), [])
        const error = yield* Effect.flip(results.append(id, [Scene.httpAnswer(questions[0]!)]))
        assert.deepInclude(error, { _tag: "StoreError", operation: "HttpResults.append", retryable: false })
        assert.deepStrictEqual(yield* rows(id), [])
      })
    )
  })
