import { assert, it } from "@effect/vitest"
import { Effect, Fiber, type Layer, Stream } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Paces } from "../campaign/Paces.ts"
import type { Update } from "../campaign/Update.ts"
import { DnsResults } from "../dns/DnsResults.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import { HttpResults } from "../http/HttpResults.ts"
import { Fence } from "../job/Fence.ts"
import { Jobs } from "../job/Jobs.ts"
import type { Stores } from "../Stores.ts"
import * as JobScene from "./JobScene.ts"
import * as Scene from "./Scene.ts"

/** A generation campaign that runs, of `count` names, and its batches of ten. */
const running = Effect.fnUntraced(function* (count: number) {
  const campaign = yield* Scene.generation({ numDomainsToGenerate: count })
  yield* Scene.bring(campaign, "running")
  const batches = yield* Effect.forEach(
    Array.from({ length: count / 10 }, (_, i) => BigInt(i * 10)),
    (offset) => Scene.batch(campaign.id, offset, 10)
  )
  return { id: campaign.id, batches }
})

const append = (batch: Parameters<GeneratedDomains["Service"]["append"]>[0]) =>
  GeneratedDomains.use((domains) => domains.append(batch))

/** Each change once, none left out, nothing ever less than before. */
const assertWhole = (updates: ReadonlyArray<Update>, from: bigint) => {
  for (const [i, update] of updates.entries()) {
    assert.strictEqual(update.seq, from + BigInt(i) + 1n)
    assert.strictEqual(update.processedItems, update.successfulItems + update.failedItems)
    if (i > 0) assert.isTrue(update.processedItems >= updates[i - 1]!.processedItems)
  }
}

/** What holds between the ports when many workers run a campaign, in real time. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })(`durable campaigns (${name})`, (it) => {
    it.effect("who watches from the beginning sees every change once and in order, and the end", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { batches, id } = yield* running(200)
        const watching = yield* campaigns.watch(id, 0n).pipe(Stream.runCollect, Effect.forkChild)

        yield* Effect.forEach(batches, append, { concurrency: 4 })
        yield* Effect.forEach(batches, append, { concurrency: 4 })
        yield* campaigns.move(id, "completed")

        const updates = [...(yield* Fiber.join(watching))]
        assertWhole(updates, 0n)
        assert.deepStrictEqual(
          updates.map(({ status }) => status),
          ["queued", "running", ...batches.map(() => "running"), "completed"]
        )
        assert.strictEqual(updates.at(-1)?.processedItems, 200n)
      })
    )

    it.effect("who comes back with a cursor goes on after it; who has none begins with now", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { batches, id } = yield* running(100)
        yield* Effect.forEach(batches.slice(0, 4), append)

        const seen = [...(yield* campaigns.watch(id).pipe(Stream.take(1), Stream.runCollect))]
        assert.deepInclude(seen[0], { status: "running", processedItems: 40n, seq: 6n })
        yield* Effect.forEach(batches.slice(4), append)
        yield* campaigns.move(id, "paused")
        yield* campaigns.move(id, "cancelled")

        const rest = [...(yield* campaigns.watch(id, seen[0]!.seq).pipe(Stream.runCollect))]
        assertWhole(rest, 6n)
        assert.strictEqual(rest.length, 8)
        assert.deepStrictEqual([...(yield* campaigns.watch(id, rest.at(-1)!.seq).pipe(Stream.runCollect))], [])
        assert.deepStrictEqual(
          [...(yield* campaigns.watch(id).pipe(Stream.runCollect))].map(({ status }) => status),
          ["cancelled"]
        )
      })
    )

    it.effect("a move from one state does not undo another that came in between", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const campaign = yield* Scene.generation()
        yield* Scene.bring(campaign, "paused")

        const refused = yield* Effect.flip(campaigns.move(campaign.id, "running", undefined, "queued"))

        assert.deepInclude(refused, { _tag: "IllegalTransition", from: "paused", to: "running" })
        assert.strictEqual((yield* campaigns.get(campaign.id)).status, "paused")
        yield* campaigns.move(campaign.id, "running", undefined, "paused")
      })
    )

    it.effect("nothing is kept in the name of a claim that is over", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const jobs = yield* Jobs
        const { id } = yield* JobScene.queued(20)
        const [claim] = yield* jobs.claim({ server: "one", limit: 1 })
        const [early, late] = [yield* Scene.batch(id, 0n, 10), yield* Scene.batch(id, 10n, 10)]
        const inTheName = Effect.provideService(Fence, claim!)

        assert.strictEqual(yield* append(early).pipe(inTheName), 10)
        yield* jobs.release([claim!])
        const refused = yield* Effect.flip(append(late).pipe(inTheName))
        assert.deepInclude(refused, { _tag: "StoreError", retryable: false })
        // The same worker has the job again: the old claim stays what it is.
        const [again] = yield* jobs.claim({ server: "one", limit: 1 })
        assert.strictEqual(again!.id, claim!.id)
        yield* Effect.flip(append(late).pipe(inTheName))

        assert.strictEqual((yield* campaigns.get(id)).processedItems, 10n)
        assert.strictEqual(yield* append(late).pipe(Effect.provideService(Fence, again!)), 10)
        yield* campaigns.move(id, "cancelled")
      })
    )

    it.effect("answers in the name of a claim that is over are not kept either", () =>
      Effect.gen(function* () {
        const gone = { id: (yield* JobScene.queued(1)).jobs[0]!.id, lockedBy: "one/gone" }
        const { campaign } = yield* Scene.spelled(2)
        const dns = yield* Scene.dns(campaign.id)
        const questions = yield* Scene.questions(dns.id)
        const http = yield* Scene.http(dns.id)

        const refused = [
          yield* Effect.flip(
            DnsResults.use((results) =>
              results.append(
                dns.id,
                questions.map((question) => Scene.dnsAnswer(question))
              )
            ).pipe(Effect.provideService(Fence, gone))
          ),
          yield* Effect.flip(
            HttpResults.use((results) =>
              results.append(http.id, [Scene.httpAnswer({ domainName: questions[0]!.domainName, dnsResultId: null })])
            ).pipe(Effect.provideService(Fence, gone))
          )
        ]

        assert.deepStrictEqual(
          refused.map(({ _tag }) => _tag),
          ["StoreError", "StoreError"]
        )
        assert.strictEqual((yield* Scene.questions(dns.id)).length, 2)
      })
    )

    it.effect("many workers share one pace, and time that nobody used is gone", () =>
      Effect.gen(function* () {
        const paces = yield* Paces
        const { id } = yield* Scene.generation()
        // 100 places of 10 names at 600 a second: one and two thirds of a second in all.
        const began = performance.now()
        const turns = yield* Effect.forEach(
          Array.from({ length: 100 }),
          () => Effect.map(paces.take(id, 36_000, 10), (wait) => performance.now() - began + wait),
          { concurrency: 4 }
        )
        const last = Math.max(...turns)

        // The last of the places begins after 99 others, whoever took them.
        assert.isAtLeast(last, 0.95 * 1_650)
        // Time of the test's own that nobody used, between its begin and the first place, may be lost.
        assert.isAtMost(last, 1_650 + turns[0]! + 400)
        assert.isAbove(yield* paces.take(id, 36_000, 10), 0)
      })
    )
  })
