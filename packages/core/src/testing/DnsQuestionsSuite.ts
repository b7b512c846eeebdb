import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `DnsResults` promises about the questions that are open, and about going on. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`questions of DnsResults (${name})`, (it) => {
    it.effect("the questions are the names of the source, by offset, as many as asked for", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { id, names, questions } = yield* Scene.dnsOver(10)

        assert.deepStrictEqual(
          questions.map(({ domainName, offset }) => [domainName, offset]),
          names.map((name, i) => [name, BigInt(i)])
        )
        assert.deepStrictEqual(yield* results.questions(id, -1n, 3), questions.slice(0, 3))
        assert.deepStrictEqual(yield* results.questions(id, 2n, 3), questions.slice(3, 6))
        assert.deepStrictEqual(yield* results.questions(id, 7n, 3), questions.slice(8))
        assert.deepStrictEqual(yield* results.questions(id, 2n, 10, 5n), questions.slice(3, 5))
        assert.deepStrictEqual(yield* results.questions(id, 9n, 3), [])
      })
    )

    it.effect("a campaign goes on from the resume point, wherever it was stopped", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const campaigns = yield* Campaigns
        const { id, questions } = yield* Scene.dnsOver(20)
        const answer = (from: number, to: number) =>
          questions.slice(from, to).map((question) => Scene.dnsAnswer(question))

        yield* results.append(id, answer(0, 5), 4n)
        assert.deepStrictEqual(yield* Scene.questions(id), questions.slice(5))
        assert.deepInclude(yield* campaigns.params(id), { lastOffset: 4n })

        // A later batch came first, and then the process was gone: its names are not asked again.
        yield* results.append(id, answer(10, 15))
        assert.deepStrictEqual(yield* Scene.questions(id), [...questions.slice(5, 10), ...questions.slice(15)])
        assert.deepStrictEqual(yield* results.questions(id, -1n, 7), [
          ...questions.slice(5, 10),
          ...questions.slice(15, 17)
        ])
        assert.deepStrictEqual(yield* results.questions(id, 7n, 3), [questions[8]!, questions[9]!, questions[15]!])

        yield* results.append(id, answer(5, 10), 14n)
        assert.deepStrictEqual(yield* Scene.questions(id), questions.slice(15))
        // A straggler does not take the resume point back.
        yield* results.append(id, answer(0, 5), 4n)
        assert.deepInclude(yield* campaigns.params(id), { lastOffset: 14n })
        yield* results.append(id, answer(15, 20), 19n)
        assert.deepStrictEqual(yield* Scene.questions(id), [])
      })
    )

    it.effect("names that the source adds later are asked later", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const { campaign: source } = yield* Scene.spelled(3, 10)
        const { id } = yield* Scene.dns(source.id)
        const first = yield* Scene.questions(id)
        yield* results.append(
          id,
          first.map((question) => Scene.dnsAnswer(question)),
          2n
        )
        assert.deepStrictEqual(yield* Scene.questions(id), [])

        yield* GeneratedDomains.use((domains) =>
          Effect.flatMap(Scene.batch(source.id, 3n, 2), (batch) => domains.append(batch))
        )

        assert.deepStrictEqual(
          (yield* Scene.questions(id)).map(({ offset }) => offset),
          [3n, 4n]
        )
      })
    )

    it.effect("offsets past 2^53 are exact, in questions as in the resume point", () =>
      Effect.gen(function* () {
        const results = yield* DnsResults
        const far = 2n ** 53n + 1n
        const source = yield* Scene.generation({ variableLength: 12, characterSet: "alphanumeric" })
        yield* GeneratedDomains.use((domains) =>
          Effect.flatMap(Scene.batch(source.id, far, 4), (batch) => domains.append(batch))
        )
        const { id } = yield* Scene.dns(source.id)
        const questions = yield* Scene.questions(id)

        assert.deepStrictEqual(
          questions.map(({ offset }) => offset),
          [far, far + 1n, far + 2n, far + 3n]
        )
        yield* results.append(id, [Scene.dnsAnswer(questions[0]!)], far)
        assert.deepStrictEqual(yield* Scene.questions(id), questions.slice(1))
        assert.deepStrictEqual(yield* results.questions(id, far + 1n, 10), questions.slice(2))
      })
    )
  })
