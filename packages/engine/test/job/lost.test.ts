import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import * as Start from "@domainflow/core/campaign/Start"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { base, ended, get, pipeline, rows, terms, until, worker } from "./working.ts"

/** Stretches of 100 names, at a pace at which one is read for longer than somebody lost is missed; a tenth of the promised times. */
const short = { ...terms, smallestStretch: 100n, lease: 3_000, heartbeat: 1_000, firstBackoff: 100 }
const slow = 450

const world = Layer.provideMerge(base(150), Layer.succeed(Lease.Terms, short))

const standings = (id: CampaignId) =>
  Effect.map(
    Jobs.use((jobs) => jobs.page({ campaignId: id })),
    ({ items }) =>
      items.map(({ attempts, processingServerId, status }) => `${processingServerId} ${status} ${attempts}`).sort()
  )

/** Somebody claims a job of the campaign as soon as there is one, and is never heard of again. */
const lose = (id: CampaignId) =>
  Jobs.use((jobs) => jobs.claim({ server: "lost", limit: 1, only: id })).pipe(
    Effect.delay("20 millis"),
    Effect.repeat({ until: (jobs) => jobs.length > 0 }),
    Effect.timeout("10 seconds")
  )

const become = (id: CampaignId, expected: ReadonlyArray<string>) =>
  standings(id).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: (now) => now.join() === expected.join() }),
    Effect.timeoutOrElse({
      duration: "60 seconds",
      orElse: () => Effect.flatMap(standings(id), (now) => Effect.die(new Error(`still ${now.join()}`)))
    })
  )

/** When the first and the last name of a campaign were spelled. */
const spelling = (id: CampaignId) =>
  Effect.gen(function* () {
    const names = yield* Stream.runCollect((yield* GeneratedDomains).stream(id, -1n))
    const times = names.map(({ createdAt }) => createdAt.getTime())
    return { first: Math.min(...times), last: Math.max(...times) }
  })

it.live(
  "a worker that is alone and in the middle of a stretch takes up a lost one beside it",
  () =>
    Effect.gen(function* () {
      const ids = yield* pipeline("alone", 200, "behind", {}, slow)
      yield* worker("a")
      yield* Start.start(ids[0])
      yield* until(ids[1], ({ processedItems }) => processedItems > 0n)
      yield* lose(ids[1])
      assert.deepStrictEqual(yield* standings(ids[1]), ["a running 1", "lost running 1"])

      // Before the end of the first, whatever the time.
      yield* become(ids[1], ["a running 1", "a running 2"])

      assert.strictEqual((yield* ended(ids[1])).processedItems, 200n)
      const { answers } = yield* rows(ids)
      assert.strictEqual(new Set(answers.map(({ domainName }) => domainName)).size, 200)
      assert.deepStrictEqual(yield* standings(ids[1]), ["a completed 1", "a completed 2"])
    }).pipe(Effect.scoped, Effect.provide(world)),
  150_000
)

it.live(
  "a worker whose places are all taken runs the lost stretch of another campaign, and nothing else of it",
  () =>
    Effect.gen(function* () {
      const full = yield* pipeline("full", 100, "behind", {}, slow)
      yield* worker("a", 1)
      yield* Start.start(full[0])
      yield* until(full[1], ({ processedItems }) => processedItems > 0n)
      const [other] = yield* pipeline("other", 200)
      yield* Start.start(other)
      yield* lose(other)

      yield* become(other, ["a completed 2", "null pending 0"])

      assert.strictEqual((yield* get(full[1])).status, "running")
      assert.strictEqual((yield* ended(other)).processedItems, 200n)
      assert.strictEqual((yield* ended(full[1])).status, "completed")
      assert.deepStrictEqual(yield* standings(full[1]), ["a completed 1"])
      // What else it has waited for the place, which is free when the names of the stretch are read: the last may be under way.
      const { first, last } = yield* spelling(other)
      const answeredBy = (time: number) => answers.filter(({ lastCheckedAt }) => lastCheckedAt!.getTime() < time).length
      const { answers } = yield* rows(full)
      assert.isBelow(answeredBy(first), 90)
      assert.isAtLeast(answeredBy(last), 90)
    }).pipe(Effect.scoped, Effect.provide(world)),
  150_000
)
