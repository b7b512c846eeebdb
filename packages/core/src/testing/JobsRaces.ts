import { assert } from "@effect/vitest"
import { Effect, Exit, type Layer, ManagedRuntime } from "effect"
import * as fc from "fast-check"
import type { Job, JobId } from "../job/Job.ts"
import { Jobs } from "../job/Jobs.ts"
import type { Stores } from "../Stores.ts"
import { queued } from "./JobScene.ts"

/** What a worker does with what it has claimed; `twice` is a write that comes again, as after a lost answer. */
type Deed = "complete" | "release" | "fail" | "abandon" | "twice"

const jobsInAll = 4

/** What all the workers together were told, by job. */
interface Told {
  claims: number
  released: number
  completed: number
  /** Claims that were ended by nobody, which only a rescue may end. */
  open: number
}

/**
 * Workers that claim and write in every order that chance finds, and what they were told: each claim ends once, a job is never
 * in two hands, every claim but the released ones counts as a try, and what is completed stays so.
 */
export const check = <E>(layer: Layer.Layer<Stores, E>, runs: number) =>
  fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.array(fc.constantFrom<Deed>("complete", "release", "fail", "abandon", "twice"), { maxLength: 5 }), {
        minLength: 2,
        maxLength: 4
      }),
      async (scheduler, workers) => {
        const runtime = ManagedRuntime.make(layer)
        const run = <A>(use: (jobs: Jobs["Service"]) => Effect.Effect<A, unknown>) => runtime.runPromise(Jobs.use(use))
        try {
          const { id } = await runtime.runPromise(queued(jobsInAll, 1_000))
          const told = new Map<JobId, Told>()
          const hands = new Map<JobId, string>()

          const work = async (server: string, deeds: ReadonlyArray<Deed>) => {
            // Each step waits for its turn, and the scheduler gives the turns.
            const turn = (what: string) => scheduler.schedule(Promise.resolve(), `${server} ${what}`)
            for (const deed of deeds) {
              await turn("claims")
              const [job] = await run((jobs) => jobs.claim({ server, limit: 1 }))
              if (job === undefined) continue
              const now = told.get(job.id) ?? { claims: 0, released: 0, completed: 0, open: 0 }
              told.set(job.id, now)
              assert.isFalse(hands.has(job.id), `${server} was given what ${hands.get(job.id)} has`)
              assert.strictEqual(now.completed, 0, "a job that was completed was claimed")
              hands.set(job.id, server)
              now.claims++
              assert.strictEqual(job.attempts, now.claims - now.released)
              await turn(deed)
              await writes[deed](run, job, now, hands)
            }
          }
          const all = workers.map((deeds, i) => work(`w${i}`, deeds))
          await scheduler.waitFor(Promise.all(all))

          const standings = await run((jobs) => jobs.standings(id))
          for (const [job, { completed, open }] of told) {
            const status = standings.get(job)?.status
            if (completed > 0) assert.strictEqual(status, "completed")
            else if (open > 0) assert.strictEqual(status, "running")
            else assert.oneOf(status, ["pending", "retry"])
          }
        } finally {
          await runtime.dispose()
        }
      }
    ),
    { numRuns: runs }
  )

type Write = (
  run: <A>(use: (jobs: Jobs["Service"]) => Effect.Effect<A, unknown>) => Promise<A>,
  job: Job,
  told: Told,
  hands: Map<JobId, string>
) => Promise<void>

const complete: Write = async (run, job, told, hands) => {
  hands.delete(job.id)
  told.completed++
  assert.strictEqual((await run((jobs) => jobs.complete([job]))).size, 1)
}

const writes: Record<Deed, Write> = {
  complete,
  release: async (run, job, told, hands) => {
    hands.delete(job.id)
    told.released++
    assert.strictEqual((await run((jobs) => jobs.release([job]))).size, 1)
  },
  fail: async (run, job, _, hands) => {
    hands.delete(job.id)
    assert.strictEqual(await run((jobs) => jobs.fail(job, "no luck")), "retry")
  },
  abandon: async (_, __, told) => {
    told.open++
  },
  twice: async (run, job, told, hands) => {
    await complete(run, job, told, hands)
    const again = await run((jobs) => Effect.exit(Effect.all([jobs.complete([job]), jobs.release([job])])))
    assert.isTrue(Exit.isSuccess(again) && again.value.every(({ size }) => size === 0), "a claim ended twice")
  }
}
