import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import { Campaigns } from "../campaign/Campaigns.ts"
import { Jobs } from "../job/Jobs.ts"
import * as Lease from "../job/Lease.ts"
import * as Stretch from "../job/Stretch.ts"
import type { Stores } from "../Stores.ts"
import { all, type Check, claim, move, none, one, queued, writes } from "./JobScene.ts"

/** What every `Jobs` promises about who is given what, each on a store of its own. */
export const checks: Readonly<Record<string, Check>> = {
  "a stretch is enqueued once, whoever says so": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id, jobs: fresh } = yield* queued(3)

    assert.strictEqual(yield* jobs.enqueue(fresh), 0)
    assert.strictEqual((yield* all(id)).length, 3)
    yield* jobs.complete(yield* claim(3))
    assert.strictEqual(yield* jobs.enqueue(fresh), 0)
    assert.deepStrictEqual(yield* claim(3), [])
    assert.deepStrictEqual(new Set((yield* jobs.standings(id)).keys()), new Set(fresh.map((job) => job.id)))
  }),

  "a job is claimed by one worker, in order, and says who has it": Effect.gen(function* () {
    const { id, jobs: fresh } = yield* queued(4)

    const claimed = [yield* one("a"), yield* one("b"), yield* one("a"), yield* one("b")]

    assert.deepStrictEqual(
      claimed.map((job) => job.id),
      fresh.map((job) => job.id)
    )
    assert.deepStrictEqual(
      claimed.map((job) => Stretch.of(job)),
      fresh.map(({ stretch }) => stretch)
    )
    assert.strictEqual(new Set(claimed.map(({ lockedBy }) => lockedBy)).size, 4)
    for (const [i, job] of claimed.entries()) {
      assert.isTrue(job.lockedBy?.startsWith(i % 2 === 0 ? "a/" : "b/"))
      assert.deepInclude(job, { campaignId: id, status: "running", attempts: 1, maxAttempts: Lease.maxAttempts })
      assert.isNotNull(job.lockedAt)
    }
    assert.deepStrictEqual(yield* claim(), [])
  }),

  "many who claim at once share out the jobs, each to one": Effect.gen(function* () {
    const { jobs: fresh } = yield* queued(60)

    const claimed = yield* Effect.forEach(
      Array.from({ length: 20 }, (_, i) => `w${i}`),
      (server) =>
        Effect.gen(function* () {
          const mine: Array<string> = []
          while (true) {
            const some = yield* claim(2, server)
            if (some.length === 0) return mine
            mine.push(...some.map(({ id }) => id))
          }
        }),
      { concurrency: 20 }
    )

    assert.strictEqual(claimed.flat().length, 60)
    assert.deepStrictEqual(new Set(claimed.flat()), new Set(fresh.map(({ id }) => id as string)))
  }),

  "only jobs of campaigns that are queued or running are claimed": Effect.gen(function* () {
    const { id } = yield* queued(3)

    yield* move(id, "paused")
    assert.deepStrictEqual(yield* claim(), [])
    yield* move(id, "running")
    assert.strictEqual((yield* claim()).length, 1)
    yield* move(id, "cancelled")
    assert.deepStrictEqual(yield* claim(), [])
  }),

  "the campaign with the fewest running jobs comes first": Effect.gen(function* () {
    const large = yield* queued(10)
    const before = [yield* one(), yield* one(), yield* one()]
    const small = yield* queued(2)

    const after = [yield* one(), yield* one(), yield* one()]

    assert.deepStrictEqual([...new Set(before.map(({ campaignId }) => campaignId))], [large.id])
    assert.deepStrictEqual(
      after.map(({ campaignId }) => campaignId),
      [small.id, small.id, large.id]
    )
  }),

  "campaigns that are not wanted are left out": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id } = yield* queued(2)
    const other = yield* queued(1)

    const claimed = yield* jobs.claim({ server: "one", limit: 5, except: [id] })

    assert.deepStrictEqual(
      claimed.map(({ campaignId }) => campaignId),
      [other.id]
    )
    const only = yield* jobs.claim({ server: "one", limit: 1, only: id })
    assert.strictEqual(only[0]?.campaignId, id)
    assert.deepStrictEqual(yield* jobs.claim({ server: "one", limit: 1, only: other.id }), [])
  }),

  "the standings name every job, and pages go through them all": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id, jobs: fresh } = yield* queued(4, 1)
    const [a, b, c] = yield* claim(3)
    yield* jobs.complete([a!])
    yield* jobs.fail(b!, "no luck")

    const standings = yield* jobs.standings(id)
    assert.deepStrictEqual(
      fresh.map((job) => standings.get(job.id)),
      [
        { status: "completed", lastError: null },
        { status: "failed", lastError: "no luck" },
        { status: "running", lastError: null },
        { status: "pending", lastError: null }
      ]
    )
    const first = yield* jobs.page({ campaignId: id }, { limit: 3 })
    const rest = yield* jobs.page({ campaignId: id }, { limit: 3, after: first.next })
    assert.strictEqual(rest.next, null)
    assert.deepStrictEqual(new Set([...first.items, ...rest.items].map((job) => job.id)).size, 4)
    assert.deepStrictEqual(
      (yield* jobs.page({ campaignId: id, status: "running" })).items.map((job) => job.id),
      [c!.id]
    )
  }),

  "what goes takes its jobs with it": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id, jobs: fresh } = yield* queued(2)
    const claimed = yield* one()

    yield* Campaigns.use((campaigns) => campaigns.remove(id))

    assert.deepStrictEqual(yield* all(id), [])
    assert.deepStrictEqual(yield* claim(), [])
    assert.deepStrictEqual(yield* writes(claimed), none)
    assert.strictEqual(yield* jobs.enqueue(fresh), 0)
  })
}
/** What takes real time: a listener is a connection, which no test clock moves. */
export const liveChecks: Readonly<Record<string, Check>> = {
  "whoever waits for work is woken by it": Effect.gen(function* () {
    const jobs = yield* Jobs
    yield* queued(1)
    let rings = 0
    const forget = () => {
      rings = 0
    }
    yield* jobs.wakes.pipe(
      Stream.runForEach(() =>
        Effect.sync(() => {
          rings++
        })
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    const heard = (what: string) =>
      Effect.sync(() => rings).pipe(
        Effect.delay("10 millis"),
        Effect.repeat({ until: (count) => count > 0 }),
        Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail(new Error(`${what} woke nobody`)) }),
        // A listener that is new rings by itself: what rang a moment ago is not what comes next.
        Effect.andThen(Effect.sleep("100 millis")),
        Effect.andThen(Effect.sync(forget))
      )
    // Until a listener stands, nothing is heard: told again and again, it is heard soon or never.
    const job = yield* one()
    yield* Effect.sleep("500 millis")
    forget()
    yield* jobs.release([job])
    yield* heard("a job that was handed back")
    yield* queued(1)
    yield* heard("a job that was enqueued")
  }).pipe(Effect.scoped)
}

/** Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) => {
  for (const [promise, check] of Object.entries(checks)) {
    it.effect(`Jobs (${name}): ${promise}`, () => Effect.provide(check, layer), 60_000)
  }
  for (const [promise, check] of Object.entries(liveChecks)) {
    it.live(`Jobs (${name}): ${promise}`, () => Effect.provide(check, layer), 60_000)
  }
}
