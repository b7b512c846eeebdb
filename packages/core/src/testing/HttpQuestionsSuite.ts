import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { HttpResults } from "../http/HttpResults.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `HttpResults` promises about the questions that are open, and about going on. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`questions of HttpResults (${name})`, (it) => {
    it.effect("behind a DNS campaign the questions are its resolved names, with their results, by name", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const { dnsId, id, resolved } = yield* Scene.behindDns(9)
        const questions = yield* Scene.httpQuestions(id)

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
          yield* Scene.httpQuestions(id),
          names.map((domainName) => ({ domainName, dnsResultId: null }))
        )
      })
    )

    it.effect("a campaign goes on from the last name that was done, and asks nothing twice", () =>
      Effect.gen(function* () {
        const results = yield* HttpResults
        const campaigns = yield* Campaigns
        const { id, resolved } = yield* Scene.behindDns(15)
        const questions = yield* Scene.httpQuestions(id)
        const answer = (from: number, to: number) =>
          questions.slice(from, to).map((question) => Scene.httpAnswer(question))

        yield* results.append(id, answer(0, 3), resolved[2])
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), questions.slice(3))
        assert.deepInclude(yield* campaigns.params(id), { lastProcessedDomainName: resolved[2]! })

        yield* results.append(id, answer(6, 8))
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), [...questions.slice(3, 6), ...questions.slice(8)])
        assert.deepStrictEqual(yield* results.questions(id, resolved[4]!, 2), [questions[5]!, questions[8]!])

        yield* results.append(id, answer(3, 6), resolved[7])
        // A straggler does not take the resume point back.
        yield* results.append(id, answer(0, 3), resolved[2])
        assert.deepInclude(yield* campaigns.params(id), { lastProcessedDomainName: resolved[7]! })
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), questions.slice(8))
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
          (yield* Scene.httpQuestions(id)).map((question) => Scene.httpAnswer(question))
        )
        assert.deepStrictEqual(yield* Scene.httpQuestions(id), [])

        yield* dns.append(dnsId, [Scene.dnsAnswer(asked[0]!), Scene.dnsAnswer(asked[3]!)])

        assert.deepStrictEqual(
          (yield* Scene.httpQuestions(id)).map(({ domainName }) => domainName),
          [asked[0]!.domainName, asked[3]!.domainName]
        )
      })
    )

    it.effect(
      "the names of a stretch are those of the source between its offsets, without those that are answered",
      () =>
        Effect.gen(function* () {
          const results = yield* HttpResults
          const { campaign, names } = yield* Scene.spelled(12)
          const dns = yield* Scene.dns(campaign.id)
          const http = yield* Scene.http(dns.id)
          const all = yield* Scene.http(campaign.id, { sourceType: "DomainGeneration" })
          const questions = yield* Scene.questions(dns.id)
          yield* DnsResults.use((answers) =>
            answers.append(
              dns.id,
              questions.map((question, i) => Scene.dnsAnswer(question, i % 2 === 0 ? "Resolved" : "Unresolved"))
            )
          )

          const even = yield* results.stretch(http.id, 1n, 10, 9n)
          assert.deepStrictEqual(
            even.map(({ domainName, offset }) => [domainName as string, offset]),
            [2, 4, 6, 8].map((i) => [names[i]!, BigInt(i)])
          )
          assert.isTrue(even.every(({ dnsResultId }) => dnsResultId !== null))
          assert.strictEqual((yield* results.stretch(http.id, 1n, 2, 9n)).length, 2)
          yield* results.append(http.id, [Scene.httpAnswer(even[1]!)])
          assert.deepStrictEqual(
            (yield* results.stretch(http.id, -1n, 10, 12n)).map(({ offset }) => offset),
            [0n, 2n, 6n, 8n, 10n]
          )
          assert.deepStrictEqual(
            (yield* results.stretch(all.id, 2n, 10, 6n)).map(({ dnsResultId, offset }) => [offset, dnsResultId]),
            [3n, 4n, 5n].map((offset) => [offset, null])
          )
        })
    )
  })
