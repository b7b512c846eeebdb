import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import { Internet } from "@domainflow/internet/Internet"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { base, ended, get, pipeline, rows, terms, until, worker } from "./working.ts"

const world = base(140)

it.live(
  "workers share a pipeline and run it to its end, each campaign behind the one that feeds it",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("acme", 1_600)
      yield* worker("a")
      yield* worker("b")
      yield* Start.start(ids[0])

      const [generation, dns, http] = [yield* ended(ids[0]), yield* ended(ids[1]), yield* ended(ids[2])]

      assert.deepStrictEqual(
        [generation, dns, http].map(({ status, errorMessage }) => [status, errorMessage]),
        Array.from({ length: 3 }, () => ["completed", null])
      )
      const { answers, names, pages } = yield* rows(ids)
      assert.strictEqual(names.length, 1_600)
      assert.strictEqual(answers.length, 1_600)
      assert.strictEqual(generation.processedItems, 1_600n)
      assert.strictEqual(dns.processedItems, 1_600n)
      assert.strictEqual(BigInt(pages.length), dns.successfulItems)
      assert.strictEqual(http.processedItems, dns.successfulItems)
      const { world } = yield* Internet
      for (const row of answers) {
        assert.strictEqual(row.validationStatus, world.expectedDns(row.domainName).status, row.domainName)
      }
      const jobs = yield* Effect.forEach(ids, (id) => Jobs.use((port) => port.page({ campaignId: id })))
      assert.deepStrictEqual(
        [...new Set(jobs.flatMap(({ items }) => items.map(({ status }) => status)))],
        ["completed"]
      )
      assert.isAbove(new Set(jobs.flatMap(({ items }) => items.map((job) => job.processingServerId))).size, 1)
    }).pipe(
      Effect.scoped,
      // Small stretches: many to share, though the names are few.
      Effect.provide(Layer.provideMerge(world, Layer.succeed(Lease.Terms, { ...terms, smallestStretch: 100n })))
    ),
  150_000
)

it.live(
  "a campaign after another begins when that has completed",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("later", 300, "after")
      yield* worker("a")
      yield* Start.start(ids[0])

      const campaigns = [yield* ended(ids[0]), yield* ended(ids[1]), yield* ended(ids[2])]

      for (const [i, campaign] of campaigns.entries()) {
        assert.strictEqual(campaign.status, "completed")
        if (i > 0) assert.isAtLeast(campaign.startedAt!.getTime(), campaigns[i - 1]!.completedAt!.getTime())
      }
    }).pipe(Effect.scoped, Effect.provide(world)),
  60_000
)

it.live(
  "a pause is felt by every worker, nothing of it is lost, and what is resumed goes on",
  () =>
    Effect.gen(function* () {
      const port = yield* Campaigns
      const ids = yield* pipeline("pause", 12_000, "behind", { rateLimitDps: 1_500, rateLimitBurst: 1 })
      yield* worker("a")
      yield* worker("b")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 1_000n)

      yield* port.move(ids[1], "paused")
      yield* Effect.sleep("2 seconds")
      const atRest = yield* get(ids[1])
      yield* Effect.sleep("1500 millis")
      assert.strictEqual((yield* get(ids[1])).processedItems, atRest.processedItems)
      assert.strictEqual((yield* get(ids[1])).status, "paused")
      const held = yield* Jobs.use((jobs) => jobs.page({ campaignId: ids[1], status: "running" }))
      assert.deepStrictEqual(held.items, [])

      yield* port.move(ids[1], "queued")
      yield* until(ids[1], ({ processedItems }) => processedItems > atRest.processedItems + 500n)
      const done = yield* ended(ids[1])
      assert.strictEqual(done.processedItems, 12_000n)
      const standing = yield* Jobs.use((jobs) => jobs.page({ campaignId: ids[1] }))
      // Handing back counts no attempt.
      assert.isTrue(standing.items.every(({ attempts }) => attempts === 1))
    }).pipe(Effect.scoped, Effect.provide(world)),
  150_000
)

it.live(
  "a worker that is drained hands back what it has, and another goes on at once",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("drain", 12_000, "behind", { rateLimitDps: 1_500, rateLimitBurst: 1 })
      const first = yield* worker("first")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 1_000n)

      const began = performance.now()
      yield* first.drain
      assert.isBelow(performance.now() - began, 30_000)
      assert.deepStrictEqual(yield* first.running, [])
      const left = yield* Effect.forEach(ids, (id) => Jobs.use((jobs) => jobs.page({ campaignId: id })))
      for (const job of left.flatMap(({ items }) => items)) {
        assert.notStrictEqual(job.status, "running")
        assert.isAtMost(job.attempts, job.status === "completed" ? 1 : 0)
      }

      const before = (yield* get(ids[1])).processedItems
      yield* worker("second")
      yield* until(ids[1], ({ processedItems }) => processedItems > before)
      assert.strictEqual((yield* ended(ids[1])).processedItems, 12_000n)
    }).pipe(Effect.scoped, Effect.provide(world)),
  150_000
)

it.live(
  "a small campaign's first name is checked within five seconds, though large ones fill every place",
  () =>
    Effect.gen(function* () {
      const large = yield* pipeline("large", 40_000, "behind", { rateLimitDps: 2_000, rateLimitBurst: 1 })
      yield* worker("a", 2)
      yield* Start.start(large[0])
      yield* until(large[1], ({ processedItems }) => processedItems > 100n)
      const small = yield* pipeline("small", 20)
      const began = performance.now()
      yield* Start.start(small[0])

      yield* until(small[1], ({ processedItems }) => processedItems > 0n)

      assert.isBelow(performance.now() - began, 5_000)
      for (const id of large) yield* Effect.ignore(Campaigns.use((port) => port.move(id, "cancelled")))
    }).pipe(Effect.scoped, Effect.provide(world)),
  150_000
)
