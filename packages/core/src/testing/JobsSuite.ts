import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import type { Campaign } from "../campaign/Campaign.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import type { Job } from "../job/Job.ts"
import { type Claim, Jobs } from "../job/Jobs.ts"
import * as Lease from "../job/Lease.ts"
import * as Stretch from "../job/Stretch.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** How a store lets time pass: a test clock is moved, a database's rows are dated back. */
export type Elapse<R> = (millis: number) => Effect.Effect<unknown, unknown, R>

/** A campaign that is queued, and `count` jobs of it. */
export const queued = Effect.fnUntraced(function* (count: number, maxAttempts?: number) {
  const campaign = yield* Scene.generation({ numDomainsToGenerate: count })
  yield* Scene.bring(campaign, "queued")
  const jobs = yield* stretches(campaign, count, maxAttempts)
  yield* Jobs.use((queue) => queue.enqueue(jobs))
  return { id: campaign.id, jobs }
})

/** `count` jobs of a campaign, a name each. */
const stretches = (campaign: Campaign, count: number, maxAttempts?: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, i) => BigInt(i)),
    (from) => {
      const stretch = { from, until: from + 1n }
      return Effect.map(Stretch.jobId(campaign.id, stretch), (id) => ({
        id,
        campaignId: campaign.id,
        jobType: campaign.campaignType,
        stretch,
        ...(maxAttempts === undefined ? {} : { maxAttempts })
      }))
    }
  )

const claim = (limit = 1, server = "one") => Jobs.use((jobs) => jobs.claim({ server, limit }))

const one = (server?: string) => Effect.map(claim(1, server), ([job]) => job ?? assert.fail("nothing is due"))

const all = (campaignId: CampaignId) =>
  Effect.map(
    Jobs.use((jobs) => jobs.page({ campaignId }, { limit: 1_000 })),
    ({ items }) => items
  )

const get = (job: Pick<Job, "id" | "campaignId">) =>
  Effect.map(all(job.campaignId), (jobs) => jobs.find(({ id }) => id === job.id) ?? assert.fail("the job is gone"))

const move = (id: CampaignId, ...to: ReadonlyArray<Campaign["status"]>) =>
  Campaigns.use((campaigns) => Effect.forEach(to, (status) => campaigns.move(id, status)))

/** Every write there is, made in the name of a claim, and whether it was accepted. */
const writes = (claim: Claim) =>
  Jobs.use((jobs) =>
    Effect.all({
      beat: Effect.map(jobs.beat([claim]), ({ size }) => size > 0),
      fail: Effect.map(jobs.fail(claim, "stale"), (outcome) => outcome !== null),
      release: Effect.map(jobs.release([claim]), ({ size }) => size > 0),
      complete: Effect.map(jobs.complete([claim]), ({ size }) => size > 0)
    })
  )
const none = { beat: false, fail: false, release: false, complete: false }

/** Longer than any lease, and any wait after few failures. */
export const long = 2 * Lease.lease

type Check<R> = Effect.Effect<void, unknown, Stores | R>

/** What every `Jobs` promises, each on a store of its own. */
export const checks = <R>(elapse: Elapse<R>): Readonly<Record<string, Check<R>>> => ({
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

  "a beat keeps the lease, and a lease that ran out is given to another": Effect.gen(function* () {
    const jobs = yield* Jobs
    yield* queued(2)
    const beating = yield* one("beating")
    const silent = yield* one("silent")

    yield* elapse(Lease.lease - 5_000)
    assert.deepStrictEqual(yield* jobs.rescue, { retried: 0, failed: 0 })
    assert.deepStrictEqual(yield* jobs.beat([beating, silent]), new Set([beating.id, silent.id]))
    yield* elapse(Lease.lease - 5_000)
    assert.deepStrictEqual(yield* jobs.rescue, { retried: 0, failed: 0 })
    yield* jobs.beat([beating])
    yield* elapse(6_000)
    assert.deepStrictEqual(yield* jobs.rescue, { retried: 1, failed: 0 })

    const found = yield* get(silent)
    assert.deepInclude(found, { status: "retry", lockedBy: null, lockedAt: null, attempts: 1 })
    assert.include(found.lastError, "silent")
    yield* elapse(2_000)
    const again = yield* one("heir")
    assert.deepInclude(again, { id: silent.id, attempts: 2 })
  }),

  "no write of a worker is accepted once its claim is over": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { jobs: fresh } = yield* queued(1, 100)

    const first = yield* one("one")
    yield* elapse(long)
    yield* jobs.rescue
    // Rescued, and nobody has it.
    assert.deepStrictEqual(yield* writes(first), none)
    yield* elapse(long)
    const second = yield* one("one")
    // The same worker has it again: it is still another claim.
    assert.deepStrictEqual(yield* writes(first), none)
    yield* jobs.release([second])
    assert.deepStrictEqual(yield* writes(second), none)
    const third = yield* one("three")
    assert.strictEqual(yield* jobs.fail(third, "no luck"), "retry")
    assert.deepStrictEqual(yield* writes(third), none)
    yield* elapse(long)
    const fourth = yield* one("four")
    for (const stale of [first, second, third]) assert.deepStrictEqual(yield* writes(stale), none)
    assert.deepStrictEqual(yield* jobs.complete([fourth]), new Set([fourth.id]))
    assert.deepStrictEqual(yield* writes(fourth), none)
    assert.deepInclude(yield* get(fourth), { status: "completed", lockedBy: null, lastError: null })
    assert.deepStrictEqual(yield* writes({ id: fresh[0]!.id, lockedBy: null }), none)
  }),

  "a failure waits longer each time, and the last one is final": Effect.gen(function* () {
    const jobs = yield* Jobs
    yield* queued(1)

    const waits: Array<number> = []
    for (let attempt = 1; attempt < Lease.maxAttempts; attempt++) {
      const job = yield* one()
      assert.strictEqual(job.attempts, attempt)
      assert.strictEqual(yield* jobs.fail(job, `try ${attempt}`), "retry")
      const { lastError, nextExecutionAt, status, updatedAt } = yield* get(job)
      assert.deepStrictEqual({ lastError, status }, { lastError: `try ${attempt}`, status: "retry" })
      waits.push((nextExecutionAt?.getTime() ?? 0) - updatedAt.getTime())
      assert.deepStrictEqual(yield* claim(), [])
      yield* elapse(Lease.backoff(attempt, 1) + 100)
    }
    for (const [i, wait] of waits.entries()) {
      // A few ms between the two clocks of a statement.
      assert.isAtLeast(wait, Lease.backoff(i + 1, 0) - 10)
      assert.isAtMost(wait, Lease.backoff(i + 1, 1) + 10)
    }
    const last = yield* one()
    assert.strictEqual(yield* jobs.fail(last, "for good"), "failed")
    yield* elapse(10 * long)
    assert.deepStrictEqual(yield* claim(), [])
    assert.deepInclude(yield* get(last), { status: "failed", lastError: "for good", attempts: Lease.maxAttempts })
  }),

  "a job that kills every worker ends failed, with the cause": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id } = yield* queued(1, 2)

    for (const server of ["victim-a", "victim-b"]) {
      yield* one(server)
      yield* elapse(long)
      yield* jobs.rescue
      yield* elapse(long)
    }

    assert.deepStrictEqual(yield* claim(), [])
    const [job] = yield* all(id)
    assert.deepInclude(job, { status: "failed", attempts: 2 })
    assert.include(job?.lastError, "victim-b")
  }),

  "what is handed back is due at once and has not been tried": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id } = yield* queued(1)

    for (let i = 0; i < 5; i++) yield* jobs.release([yield* one()])

    assert.deepInclude((yield* all(id))[0], { status: "pending", attempts: 0, lockedBy: null })
    assert.deepInclude(yield* one(), { attempts: 1 })
  }),

  "a campaign that is queued again starts with its failed jobs revived": Effect.gen(function* () {
    const jobs = yield* Jobs
    const { id } = yield* queued(2, 1)
    yield* move(id, "running")
    const job = yield* one()
    yield* jobs.fail(job, "for good")

    // Nothing is revived while it runs, or after it has failed: only when somebody wants it to go on.
    assert.strictEqual(yield* jobs.revive(id), 0)
    yield* move(id, "failed")
    assert.strictEqual(yield* jobs.revive(id), 0)
    yield* move(id, "queued")
    assert.deepStrictEqual(yield* claim(5), [])
    assert.strictEqual(yield* jobs.revive(id), 1)
    assert.strictEqual(yield* jobs.revive(id), 0)
    assert.deepStrictEqual(
      (yield* claim(5)).map(({ attempts }) => attempts),
      [1, 1]
    )
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
})

/** What takes real time: a listener is a connection, which no test clock moves. */
export const liveChecks: Readonly<Record<string, Check<never>>> = {
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
export const suite = <E, R>(name: string, layer: Layer.Layer<Stores | R, E>, elapse: Elapse<R>) => {
  for (const [promise, check] of Object.entries(checks(elapse))) {
    it.effect(`Jobs (${name}): ${promise}`, () => Effect.provide(check, layer), 60_000)
  }
  for (const [promise, check] of Object.entries(liveChecks)) {
    it.live(`Jobs (${name}): ${promise}`, () => Effect.provide(check, layer), 60_000)
  }
}
