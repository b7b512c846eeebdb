import { Effect, Exit, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect, it } from "vitest"
import * as Ids from "../../src/Ids.ts"
import { JobId } from "../../src/job/Job.ts"
import { type Claim, Jobs } from "../../src/job/Jobs.ts"
import * as JobLeasesSuite from "../../src/testing/JobLeasesSuite.ts"
import * as JobsModel from "../../src/testing/JobsModel.ts"
import * as JobsSuite from "../../src/testing/JobsSuite.ts"
import * as Memory from "../support/Memory.ts"

/** Queues with one thing wrong each. The suite is worth what it finds in them. */
const mutants: Readonly<Record<string, (jobs: Jobs["Service"]) => Partial<Jobs["Service"]>>> = {
  "no fencing: whoever once had a job may write": (jobs) => {
    const forged = (claims: ReadonlyArray<Claim>) =>
      Effect.map(Effect.orDie(jobs.page({}, { limit: 1_000 })), ({ items }) =>
        claims.map((claim) => items.find(({ id }) => id === claim.id) ?? claim)
      )
    return {
      beat: (claims) => Effect.flatMap(forged(claims), jobs.beat),
      complete: (claims) => Effect.flatMap(forged(claims), jobs.complete),
      release: (claims) => Effect.flatMap(forged(claims), jobs.release),
      fail: (claim, error) => Effect.flatMap(forged([claim]), ([now]) => jobs.fail(now ?? claim, error))
    }
  },
  "no lease: a lost worker keeps its job": () => ({ rescue: Effect.succeed({ retried: 0, failed: 0 }) }),
  "no beat: the lease of a living worker runs out": (jobs) => ({
    beat: (claims) =>
      Effect.map(Effect.orDie(jobs.page({ status: "running" }, { limit: 1_000 })), ({ items }) => {
        const held = claims.filter((claim) =>
          items.some(({ id, lockedBy }) => id === claim.id && lockedBy === claim.lockedBy)
        )
        return new Set(held.map(({ id }) => id))
      })
  }),
  "lost notify: nobody is woken": () => ({ wakes: Stream.never }),
  "double enqueue: a stretch is a new job every time": (jobs) => ({
    enqueue: (fresh) =>
      Effect.flatMap(Ids.many(fresh.length), (ids) =>
        jobs.enqueue(fresh.map((job, i) => ({ ...job, id: JobId.make(ids[i]!) })))
      )
  }),
  "handing back counts as a try": (jobs) => ({
    release: (claims) =>
      Effect.map(
        Effect.forEach(claims, (claim) => Effect.as(jobs.fail(claim, "handed back"), claim.id)),
        (ids) => new Set(ids)
      )
  }),
  "a failure is final at once": (jobs) => ({
    enqueue: (fresh) => jobs.enqueue(fresh.map((job) => ({ ...job, maxAttempts: 1 })))
  }),
  "failures are tried for ever": (jobs) => ({
    enqueue: (fresh) => jobs.enqueue(fresh.map((job) => ({ ...job, maxAttempts: 1_000_000 })))
  }),
  "unfair: except is ignored": (jobs) => ({ claim: ({ limit, server }) => jobs.claim({ server, limit }) }),
  "whoever wants what is to be tried again gets anything": (jobs) => ({
    claim: (request) => jobs.claim({ ...request, retry: false })
  }),
  "revives whenever it is asked": (jobs) => ({
    revive: (id) => Effect.as(jobs.revive(id), 1)
  })
}

const broken = (change: (jobs: Jobs["Service"]) => Partial<Jobs["Service"]>) =>
  Layer.effect(
    Jobs,
    Effect.map(Jobs, (jobs) => Jobs.of({ ...jobs, ...change(jobs) }))
  ).pipe(Layer.provideMerge(Memory.layer), Layer.provideMerge(TestClock.layer()))

/** What the suites promise of a queue, but for what takes real time. */
const promises = { ...JobsSuite.checks, ...JobLeasesSuite.checks(TestClock.adjust) }

/** The promises that a queue breaks. */
const found = async (change: (jobs: Jobs["Service"]) => Partial<Jobs["Service"]>) => {
  const failures: Array<string> = []
  for (const [promise, check] of Object.entries(promises)) {
    const exit = await Effect.runPromiseExit(Effect.provide(check, broken(change)))
    if (Exit.isFailure(exit)) failures.push(promise)
  }
  return failures
}

describe("the suites of Jobs find what is wrong with", () => {
  for (const [name, change] of Object.entries(mutants)) {
    if (name.startsWith("lost notify")) {
      it(name, async () => {
        const [check] = Object.values(JobsSuite.liveChecks)
        const layer = Layer.effect(
          Jobs,
          Effect.map(Jobs, (jobs) => Jobs.of({ ...jobs, ...change(jobs) }))
        ).pipe(Layer.provideMerge(Memory.layer))
        expect(Exit.isFailure(await Effect.runPromiseExit(Effect.provide(check!, layer)))).toBe(true)
      }, 20_000)
    } else it(name, async () => expect(await found(change)).not.toEqual([]))
  }

  it("nothing, where nothing is wrong", async () => expect(await found(() => ({}))).toEqual([]))
})

describe("random histories find what is wrong with", () => {
  for (const name of [
    "no fencing: whoever once had a job may write",
    "no lease: a lost worker keeps its job",
    "no beat: the lease of a living worker runs out",
    "double enqueue: a stretch is a new job every time",
    "handing back counts as a try",
    "failures are tried for ever"
  ]) {
    // A seed of its own: whether chance finds it must not be left to chance.
    it(name, () => expect(JobsModel.check(broken(mutants[name]!), TestClock.adjust, 500, 20_260_722)).rejects.toThrow())
  }
})
