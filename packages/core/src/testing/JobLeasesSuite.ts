import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Jobs } from "../job/Jobs.ts"
import * as Lease from "../job/Lease.ts"
import type { Stores } from "../Stores.ts"
import { all, type Check, claim, type Elapse, get, move, none, one, queued, writes } from "./JobScene.ts"

/** Longer than any lease, and any wait after few failures. */
const long = 2 * Lease.lease

/** What every `Jobs` promises about claims that end and jobs that are tried again, each on a store of its own. */
export const checks = <R>(elapse: Elapse<R>): Readonly<Record<string, Check<R>>> => ({
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

  "who wants only what is to be tried again gets what failed or lost its worker, when it is due": Effect.gen(
    function* () {
      const jobs = yield* Jobs
      const { id } = yield* queued(4)
      const again = jobs.claim({ server: "heir", limit: 5, only: id, retry: true })
      const [handedBack, unlucky, lost] = yield* claim(3)

      yield* jobs.release([handedBack!])
      yield* jobs.fail(unlucky!, "no luck")
      assert.deepStrictEqual(yield* again, [])
      yield* elapse(long)
      yield* jobs.rescue
      yield* elapse(long)

      assert.deepStrictEqual(new Set((yield* again).map((job) => job.id)), new Set([unlucky!.id, lost!.id]))
      assert.deepStrictEqual(yield* again, [])
      // What was never begun, or handed back, is there for whoever wants anything.
      assert.strictEqual((yield* claim(5)).length, 2)
    }
  ),

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
  })
})

/** Each layer runs it. */
export const suite = <E, R>(name: string, layer: Layer.Layer<Stores | R, E>, elapse: Elapse<R>) => {
  for (const [promise, check] of Object.entries(checks(elapse))) {
    it.effect(`Jobs (${name}): ${promise}`, () => Effect.provide(check, layer), 60_000)
  }
}
