import { assert } from "@effect/vitest"
import { Effect, type Layer, ManagedRuntime } from "effect"
import * as fc from "fast-check"
import type { CampaignStatus } from "../campaign/Campaign.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import type { JobId, JobStatus } from "../job/Job.ts"
import { type Claim, Jobs } from "../job/Jobs.ts"
import * as Lease from "../job/Lease.ts"
import type { Stores } from "../Stores.ts"
import { type Elapse, queued } from "./JobScene.ts"

/** What a queue is, in so few words that it can be seen to be right. Time is the sum of what has elapsed. */
interface Model {
  now: number
  readonly campaigns: Array<{ readonly id: CampaignId; status: CampaignStatus }>
  readonly jobs: Map<JobId, Row>
  /** Every claim ever made, live or stale: what the writes are made with. */
  readonly claims: Array<{ readonly claim: Claim; readonly turn: number }>
}

interface Row {
  readonly campaign: number
  status: JobStatus
  attempts: number
  readonly maxAttempts: number
  /** Not claimed before the first, surely due from the second on: a wait is jittered. */
  due: readonly [number, number]
  leaseEnds: number
  /** Which claim of this job holds; each claim is one more. */
  turn: number
}

interface Real {
  readonly run: <A>(effect: Effect.Effect<A, unknown, Stores>) => Promise<A>
  readonly elapse: (millis: number) => Promise<unknown>
}

type Command = fc.AsyncCommand<Model, Real>

/** A database's clock goes on while the test runs: what lies within this of a deadline, in milliseconds, may go either way. */
const blur = 5_000

const jobs = <A>(use: (jobs: Jobs["Service"]) => Effect.Effect<A, unknown>) => Jobs.use(use)

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name
})

const enqueue = (count: number, maxAttempts: number) =>
  command(`enqueue(${count}, ${maxAttempts})`, async (model, real) => {
    const made = await real.run(queued(count, maxAttempts))
    model.campaigns.push({ id: made.id, status: "queued" })
    for (const { id } of made.jobs) {
      model.jobs.set(id, {
        campaign: model.campaigns.length - 1,
        status: "pending",
        attempts: 0,
        maxAttempts,
        due: [model.now, model.now],
        leaseEnds: 0,
        turn: 0
      })
    }
    assert.strictEqual(await real.run(jobs((queue) => queue.enqueue(made.jobs))), 0, "enqueued twice")
  })

const claim = (limit: number) =>
  command(`claim(${limit})`, async (model, real) => {
    const before = [...model.jobs]
    const failed = new Set(before.filter(([, row]) => row.status === "failed").map(([, row]) => row.campaign))
    const runs = ({ campaign }: Row) => {
      const { status } = model.campaigns[campaign]!
      return status === "running" || (status === "queued" && !failed.has(campaign))
    }
    const open = (row: Row) => (row.status === "pending" || row.status === "retry") && runs(row)
    const surely = before.filter(([, row]) => open(row) && row.due[1] <= model.now)
    const running = (campaign: number) =>
      before.filter(([, row]) => row.campaign === campaign && row.status === "running").length

    const claimed = await real.run(jobs((queue) => queue.claim({ server: "model", limit })))

    assert.isAtMost(claimed.length, limit)
    if (surely.length > 0) assert.isAbove(claimed.length, 0, "something is due and nothing was claimed")
    if (limit === 1 && claimed.length === 1) {
      // Fair: no campaign that surely has a job due had fewer running than the one that was chosen.
      const chosen = running(model.jobs.get(claimed[0]!.id)!.campaign)
      for (const [, row] of surely) assert.isAtMost(chosen, running(row.campaign), "unfair")
    }
    for (const job of claimed) {
      const row = model.jobs.get(job.id)
      assert.isDefined(row, "a job from nowhere")
      if (row === undefined) continue
      assert.isTrue(open(row), `claimed while ${row.status}, its campaign ${model.campaigns[row.campaign]!.status}`)
      assert.isAtMost(row.due[0], model.now + blur, "claimed before it was due")
      row.status = "running"
      row.attempts++
      row.turn++
      row.leaseEnds = model.now + Lease.lease
      assert.strictEqual(job.attempts, row.attempts)
      model.claims.push({ claim: job, turn: row.turn })
    }
  })

/** A write in the name of any claim ever made: accepted exactly when that claim is the job's latest and it runs. */
const write = (
  name: string,
  pick: number,
  make: (queue: Jobs["Service"], claim: Claim) => Effect.Effect<boolean, unknown>,
  then: (row: Row, model: Model) => void
) =>
  command(`${name}(${pick})`, async (model, real) => {
    if (model.claims.length === 0) return
    // Recent claims more often than old ones.
    const { claim, turn } = model.claims[model.claims.length - 1 - (pick % Math.min(model.claims.length, 12))]!
    const row = model.jobs.get(claim.id)!
    const holds = row.status === "running" && row.turn === turn
    const accepted = await real.run(jobs((queue) => make(queue, claim)))
    assert.strictEqual(accepted, holds, `${name} by claim ${turn}, while claim ${row.turn} is ${row.status}`)
    if (holds) then(row, model)
  })

const beat = (pick: number) =>
  write(
    "beat",
    pick,
    (queue, claim) => Effect.map(queue.beat([claim]), ({ size }) => size === 1),
    (row, model) => {
      row.leaseEnds = model.now + Lease.lease
    }
  )

const complete = (pick: number) =>
  write(
    "complete",
    pick,
    (queue, claim) => Effect.map(queue.complete([claim]), ({ size }) => size === 1),
    (row) => {
      row.status = "completed"
    }
  )

const release = (pick: number) =>
  write(
    "release",
    pick,
    (queue, claim) => Effect.map(queue.release([claim]), ({ size }) => size === 1),
    (row, model) => {
      row.status = "pending"
      row.attempts--
      row.due = [model.now - blur, model.now]
    }
  )

const fail = (pick: number) =>
  write("fail", pick, (queue, claim) => Effect.map(queue.fail(claim, "no luck"), (outcome) => outcome !== null), tried)

const tried = (row: Row, model: Model) => {
  row.status = row.attempts >= row.maxAttempts ? "failed" : "retry"
  row.due = [model.now + Lease.backoff(row.attempts, 0), model.now + Lease.backoff(row.attempts, 1)]
}

const rescue = command("rescue", async (model, real) => {
  const rows = [...model.jobs.values()].filter(({ status }) => status === "running")
  const surely = rows.filter(({ leaseEnds }) => leaseEnds < model.now)
  const perhaps = rows.filter(({ leaseEnds }) => leaseEnds >= model.now && leaseEnds < model.now + blur)

  const { failed, retried } = await real.run(jobs((queue) => queue.rescue))

  assert.isAtLeast(failed + retried, surely.length, "a lease ran out and nobody rescued it")
  assert.isAtMost(failed + retried, surely.length + perhaps.length, "a lease was taken from a living worker")
  for (const row of surely) tried(row, model)
  if (failed + retried > surely.length) await adopt(perhaps, model, real)
})

/** Where the clocks left room, the store's word counts. */
const adopt = async (rows: ReadonlyArray<Row>, model: Model, real: Real) => {
  for (const [id, row] of model.jobs) {
    if (!rows.includes(row)) continue
    const found = (await standings(row.campaign, model, real)).get(id)
    if (found?.status !== "running") tried(row, model)
  }
}

const standings = (campaign: number, model: Model, real: Real) =>
  real.run(jobs((queue) => queue.standings(model.campaigns[campaign]!.id)))

const elapse = (millis: number) =>
  command(`elapse(${millis})`, async (model, real) => {
    await real.elapse(millis)
    model.now += millis
  })

const move = (pick: number, to: CampaignStatus) =>
  command(`move(${pick}, ${to})`, async (model, real) => {
    const campaign = model.campaigns[pick % Math.max(1, model.campaigns.length)]
    if (campaign === undefined) return
    campaign.status = await real.run(
      Campaigns.use((campaigns) =>
        campaigns.move(campaign.id, to).pipe(
          Effect.map(({ status }) => status),
          Effect.catchTag("IllegalTransition", ({ from }) => Effect.succeed(from))
        )
      )
    )
  })

const revive = (pick: number) =>
  command(`revive(${pick})`, async (model, real) => {
    const campaign = pick % Math.max(1, model.campaigns.length)
    const found = model.campaigns[campaign]
    if (found === undefined) return
    const dead = [...model.jobs.values()].filter((row) => row.campaign === campaign && row.status === "failed")
    const revived = await real.run(jobs((queue) => queue.revive(found.id)))
    assert.strictEqual(revived, found.status === "queued" ? dead.length : 0)
    if (revived === 0) return
    for (const row of dead) Object.assign(row, { status: "pending", attempts: 0, due: [0, 0] })
  })

/** In the end, every job stands as the model says. */
const compare = command("compare", async (model, real) => {
  for (const [index, { id }] of model.campaigns.entries()) {
    const found = await standings(index, model, real)
    const expected = [...model.jobs].filter(([, row]) => row.campaign === index)
    assert.strictEqual(found.size, expected.length, `campaign ${id} has other jobs`)
    for (const [job, row] of expected) assert.strictEqual(found.get(job)?.status, row.status)
  }
})

const natural = (max: number) => fc.nat({ max })

const commands = fc.commands(
  [
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).map(([n, max]) => enqueue(n, max)),
    fc.integer({ min: 1, max: 3 }).map(claim),
    fc.constant(claim(1)),
    natural(11).map(beat),
    natural(11).map(complete),
    natural(11).map(release),
    natural(11).map(fail),
    fc.constant(rescue),
    fc.constantFrom(1_000, 12_000, 40_000, 400_000).map(elapse),
    fc
      .tuple(natural(5), fc.constantFrom<CampaignStatus>("running", "paused", "queued", "failed", "cancelled"))
      .map(([pick, to]) => move(pick, to)),
    natural(5).map(revive),
    fc.constant(compare)
  ],
  { maxCommands: 60, size: "max" }
)

/** Runs random histories on a store and on the model, and fails with the shortest one on which they differ. */
export const check = <E, R>(layer: Layer.Layer<Stores | R, E>, elapse: Elapse<R>, runs: number, seed?: number) =>
  fc.assert(
    fc.asyncProperty(commands, async (history) => {
      const runtime = ManagedRuntime.make(layer)
      try {
        const real: Real = {
          elapse: (millis) => runtime.runPromise(elapse(millis)),
          run: (effect) => runtime.runPromise(effect)
        }
        await fc.asyncModelRun(
          () => ({ model: { now: 0, campaigns: [], jobs: new Map(), claims: [] }, real }),
          [...history, compare]
        )
      } finally {
        await runtime.dispose()
      }
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) }
  )
