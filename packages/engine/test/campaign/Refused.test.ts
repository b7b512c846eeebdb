import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Tally from "@domainflow/core/campaign/Tally"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { StoreError } from "@domainflow/core/StoreError"
import * as Stores from "@domainflow/core/Stores"
import { Internet } from "@domainflow/internet/Internet"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Stream } from "effect"
import { CampaignRunner } from "../../src/campaign/CampaignRunner.ts"
import * as Re2 from "../../src/keyword/Re2.ts"
import { trusting } from "../support/trusting.ts"

/** A store that refuses what was found of one name that succeeds, and everything that comes with it. */
class Choosy {
  poison: string | undefined
  refusals = 0
  /** Rows that were new to the store. */
  kept = 0

  append<A extends { readonly question: { readonly domainName: string } }, E, R>(
    answers: ReadonlyArray<A>,
    isGood: (answer: A) => boolean,
    append: Effect.Effect<Tally.Tally, E, R>
  ) {
    // Not in the first batch: behind it there is a resume point, and before the name other answers.
    if (this.kept > 0) this.poison ??= answers.findLast(isGood)?.question.domainName
    const isPoisonous = answers.some((answer) => answer.question.domainName === this.poison && isGood(answer))
    if (isPoisonous) {
      this.refusals++
      return Effect.fail(new StoreError({ operation: "append", retryable: false, cause: new Error("poison") }))
    }
    return Effect.tap(append, (tally) => {
      this.kept += Tally.processed(tally)
      return Effect.void
    })
  }
}

const dns = new Choosy()
const http = new Choosy()

const choosy = Layer.merge(
  Layer.effect(
    DnsResults,
    Effect.map(DnsResults, (results) =>
      DnsResults.of({
        ...results,
        append: (id, answers, reached) =>
          dns.append(answers, ({ verdict }) => verdict.status === "Resolved", results.append(id, answers, reached))
      })
    )
  ),
  Layer.effect(
    HttpResults,
    Effect.map(HttpResults, (results) =>
      HttpResults.of({
        ...results,
        append: (id, answers, reached) =>
          http
            .append(answers, ({ verdict }) => verdict.status === "Success", results.append(id, answers, reached))
            .pipe(
              // No part of a batch may move the resume point over what is not kept yet.
              Effect.tap(() =>
                Effect.map(results.questions(id, "", 1), ([open]) => {
                  if (reached !== undefined && open !== undefined) assert.isTrue(open.domainName > reached)
                })
              )
            )
      })
    )
  )
)

const world = CampaignRunner.layer.pipe(
  Layer.provideMerge(choosy.pipe(Layer.provideMerge(Stores.layerMemory))),
  Layer.provide(Re2.layer),
  Layer.provide(trusting),
  Layer.provideMerge(Internet.layerSpawned({ block: 121, ipv6: false }))
)

layer(world, { excludeTestServices: true, timeout: "30 seconds" })("campaigns in one process", (it) => {
  it.effect(
    "an answer that the store refuses costs one verdict, and its campaign goes on to its end",
    () =>
      Effect.gen(function* () {
        const internet = yield* Internet
        const campaigns = yield* Campaigns
        const personas = yield* Personas
        const resolvers = yield* personas.create({
          name: "resolvers",
          personaType: "dns",
          configDetails: { resolvers: [internet.resolver], queryTimeoutSeconds: 0.3 }
        })
        const browser = yield* personas.create({
          name: "browser",
          personaType: "http",
          configDetails: { requestTimeoutSeconds: 2 }
        })
        const set = yield* KeywordSets.use((sets) =>
          sets.create({ name: "sale", rules: [{ pattern: "for sale", ruleType: "string" }] })
        )
        const pipeline = yield* campaigns.createPipeline({
          name: "choosy",
          generation: {
            patternType: "prefix",
            characterSet: "letters",
            variableLength: 3,
            constantString: "choosy",
            tld: "com",
            numDomainsToGenerate: 200
          },
          dns: { personaIds: [resolvers.id], batchSize: 50, retryAttempts: 0 },
          http: {
            personaIds: [browser.id],
            keywordSetIds: [set.id],
            batchSize: 20,
            retryAttempts: 0,
            targetHttpPorts: [internet.ports.https, internet.ports.http]
          }
        })

        const [, resolution, fetching] = yield* Effect.forEach(pipeline, ({ id }) =>
          CampaignRunner.use((runner) => runner.run(id))
        )

        const answers = yield* Stream.runCollect((yield* DnsResults).stream(resolution!.id))
        assert.deepInclude({ ...resolution }, { status: "completed", processedItems: 200n })
        assert.deepStrictEqual([answers.length, dns.kept], [200, 200])
        for (const { dnsRecords, domainName, validationStatus } of answers) {
          const isPoison = domainName === dns.poison
          const { status } = internet.world.expectedDns(domainName)
          assert.strictEqual(validationStatus, isPoison ? "Error" : status, domainName)
          if (isPoison) assert.isNull(dnsRecords)
        }
        assert.deepInclude(yield* campaigns.params(resolution!.id), { lastOffset: 199n })

        const pages = yield* Stream.runCollect((yield* HttpResults).stream(fetching!.id))
        const resolved = answers.filter(({ validationStatus }) => validationStatus === "Resolved")
        assert.deepInclude({ ...fetching }, { status: "completed", processedItems: BigInt(resolved.length) })
        assert.deepStrictEqual([pages.length, http.kept], [resolved.length, resolved.length])
        const poisoned = pages.find(({ domainName }) => domainName === http.poison)
        assert.strictEqual(poisoned?.validationStatus, "Error")
        assert.isAbove(Number(fetching!.successfulItems), 0)
        assert.deepInclude(yield* campaigns.params(fetching!.id), {
          lastProcessedDomainName: resolved
            .map(({ domainName }) => domainName)
            .sort()
            .at(-1)!
        })

        // The batch, one half of each half, and the name alone; a batch holds 50 and 20 at most.
        assert.isAtMost(dns.refusals, 7)
        assert.isAtMost(http.refusals, 6)
        assert.isAbove(Math.min(dns.refusals, http.refusals), 0)
      }).pipe(Effect.provide(Logger.layer([]))),
    60_000
  )
})
