import { hostname } from "node:os"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import * as Ids from "@domainflow/core/Ids"
import type { Job, JobId } from "@domainflow/core/job/Job"
import { type ClaimRequest, Jobs } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import { Cause, Clock, Context, type Duration, Effect, Exit, Fiber, Layer, Queue, Stream } from "effect"
import * as Control from "../campaign/Control.ts"
import * as Dispatcher from "./Dispatcher.ts"
import * as JobMetrics from "./JobMetrics.ts"
import * as Session from "./Session.ts"

export interface WorkerOptions {
  /** Who this is, in `processing_server_id`; unique in the fleet. The host's name, the process and a number unless said. */
  readonly server?: string
  /** Campaigns that are run at the same time; 8 unless said. Those that wait get their turn when a stretch ends. */
  readonly campaigns?: number
}

/**
 * So many times the places for campaigns that lost a worker are there beside all others: they must not wait for the end of
 * somebody's stretch, and one worker that is left of many must not take all of theirs upon itself at once.
 */
const room = 2

/** How often a worker looks for work that nobody told it of. */
const lookInterval = "2 seconds"

/** The shortest time between two looks: news that come in a swarm are looked at together. */
const restInterval = "100 millis"

/** A call to the store that takes longer has gone astray; the next one gets another connection. */
const patience = "10 seconds"

/** What has been asked when a worker is told to stop has this long to be answered. */
const grace = "8 seconds"

/** Whoever has not ended by then is broken off. With what follows it stays under the 30 s of most supervisors. */
const longestDrain = "14 seconds"

/** A worker that could not renew its leases stops when this share of them has passed: with 30 s, 5 s before the end. */
const lastShare = 5 / 6

/**
 * A process's part in running campaigns: takes stretches from the queue, runs them, and reports. Start as many as you
 * like, on as many machines as you like, with one `DATABASE_URL`; a campaign is run by all of them, and the loss of any
 * costs no name.
 */
export class Worker extends Context.Service<
  Worker,
  {
    readonly server: string
    /** The campaigns that this worker runs at the moment. */
    readonly running: Effect.Effect<ReadonlyArray<CampaignId>>
    /**
     * Takes nothing more, lets what is in hand be finished or hands it back, and returns within 30 s. Also what happens
     * when the layer ends. A worker that is drained stays so.
     */
    readonly drain: Effect.Effect<void>
  }
>()("@domainflow/engine/Worker") {
  static readonly layer = (options: WorkerOptions = {}) => Layer.effect(Worker, make(options))
}

const make = Effect.fnUntraced(function* (options: WorkerOptions) {
  const jobs = yield* JobMetrics.counted(yield* Jobs)
  const terms = yield* Lease.Terms
  const services = yield* Effect.context<Effect.Services<typeof Dispatcher.round> | Effect.Services<Session.Run>>()
  const server = options.server ?? `${hostname()}:${process.pid}:${(yield* Ids.one).slice(-8)}`
  const most = options.campaigns ?? 8

  const running = new Map<CampaignId, Fiber.Fiber<void>>()
  /** Those of them that were taken up though every place was taken. They leave when they have read their stretch. */
  const beyond = new Set<CampaignId>()
  const held = new Map<JobId, Held>()
  const door = yield* Control.gate(grace)
  const [dispatching, claiming] = [yield* Queue.sliding<void>(1), yield* Queue.sliding<void>(1)]
  const kick = Effect.andThen(Queue.offer(dispatching, undefined), Queue.offer(claiming, undefined))

  /** Claims a job, and answers for it from now on; nothing where there is none, or where the worker is to stop. */
  const claim = Effect.fnUntraced(function* (wanted: Omit<ClaimRequest, "server" | "limit">) {
    if (!door.control.isOpen()) return undefined
    // From before the store counts: the lease ends here no later than there.
    const since = yield* Clock.monotonicTimeNanos
    const [job] = yield* jobs.claim({ server, limit: 1, ...wanted }).pipe(Effect.timeout(patience))
    if (job === undefined) return undefined
    held.set(job.id, { job, since })
    if (door.control.isOpen()) return job
    yield* handBack([job])
    return undefined
  })

  const heldFor = (campaignId: CampaignId) =>
    [...held.values()].filter(({ job }) => job.campaignId === campaignId).map(({ job }) => job)

  /** Only this claim of it: the job may have come back under another by now. */
  const forget = ({ id, lockedBy }: Job) => {
    if (held.get(id)?.job.lockedBy === lockedBy) held.delete(id)
  }

  const handBack = (some: ReadonlyArray<Job>) =>
    Effect.suspend(() => {
      for (const job of some) forget(job)
      return some.length === 0 ? Effect.void : Effect.ignore(jobs.release(some), { log: "Warn" })
    })

  const desk: Session.Desk = {
    door: door.control,
    next: (campaignId, hands) =>
      Effect.gen(function* () {
        while (door.control.isOpen()) {
          const isReading = hands.isReading()
          if (!isReading && beyond.has(campaignId) && running.size > most) return undefined
          const others = [...running.keys()].filter((id) => id !== campaignId)
          const job = yield* claim(
            isReading
              ? { only: campaignId, retry: true }
              : // Where every place is taken, whoever waits longest comes next: that may be another campaign.
                running.size < most
                ? { only: campaignId }
                : { except: others }
          ).pipe(Effect.catch(() => Effect.succeed(undefined)))
          if (job?.campaignId === campaignId) return job
          if (job !== undefined) {
            // Another session of ours may have taken that campaign up while this was asked.
            if (running.has(job.campaignId)) {
              yield* handBack([job])
              continue
            }
            yield* begin(job)
            return undefined
          }
          if (!hands.isBusy()) return undefined
          yield* Effect.timeoutOption(hands.read, isReading ? lookInterval : "500 millis")
        }
        return undefined
      }),
    ended: (job, ending) =>
      Effect.gen(function* () {
        if (held.get(job.id)?.job.lockedBy !== job.lockedBy) return
        if (ending === "whole") {
          yield* Control.patiently(jobs.complete([job])).pipe(Effect.ignore({ log: "Warn" }))
          forget(job)
        } else yield* handBack([job])
        yield* kick
      })
  }

  /** What becomes of the jobs that a session has left. */
  const after = Effect.fnUntraced(function* (exit: Exit.Exit<void, unknown>, left: ReadonlyArray<Job>) {
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
      const error = Cause.pretty(exit.cause)
      for (const job of left) {
        yield* Control.patiently(jobs.fail(job, error)).pipe(Effect.ignore({ log: "Warn" }))
        forget(job)
      }
      // Broken off: nobody works on them. Kept and beaten for, they would be nobody's for ever. A drain hands back by itself.
    } else if (door.control.isOpen()) yield* handBack(left)
    yield* kick
  })

  const begin = (job: Job) =>
    Effect.gen(function* () {
      const { campaignId } = job
      const fiber = yield* Session.run(job, desk).pipe(
        Effect.provideContext(services),
        Effect.onExit((exit) =>
          Effect.suspend(() => {
            if (running.get(campaignId) === fiber) {
              running.delete(campaignId)
              beyond.delete(campaignId)
            }
            // In a fiber of its own: whoever waits for the session's end does not wait for a store that is away.
            return Effect.forkDetach(after(exit, heldFor(campaignId)))
          })
        ),
        Effect.ignoreCause,
        Effect.forkDetach
      )
      running.set(campaignId, fiber)
    })

  const claims = Effect.gen(function* () {
    while (running.size < room * most && door.control.isOpen()) {
      const isFull = running.size >= most
      const job = yield* claim({ except: [...running.keys()], retry: isFull })
      if (job === undefined) return
      if (running.has(job.campaignId)) {
        yield* handBack([job])
        continue
      }
      if (isFull) beyond.add(job.campaignId)
      yield* begin(job)
    }
  })

  /** Renews every lease; what was not renewed belongs to somebody else, and what it still finds out is not kept. */
  const beat = Effect.gen(function* () {
    const since = yield* Clock.monotonicTimeNanos
    const mine = [...held.values()].map(({ job }) => job)
    if (mine.length === 0) return
    const renewed = yield* jobs.beat(mine).pipe(Effect.timeout(patience))
    for (const job of mine) {
      const now = held.get(job.id)
      if (now?.job.lockedBy !== job.lockedBy) continue
      if (renewed.has(job.id)) now.since = since
      else {
        held.delete(job.id)
        yield* JobMetrics.lost
      }
    }
  })

  /** Stops the work on what could not be renewed in time, before another worker may begin it. */
  const watchLeases = Effect.gen(function* () {
    const now = yield* Clock.monotonicTimeNanos
    for (const { job, since } of held.values()) {
      if (now - since < BigInt(Math.round(terms.lease * lastShare)) * 1_000_000n) continue
      yield* Effect.logWarning(`The lease of job ${job.id} could not be renewed: its work is stopped`)
      held.delete(job.id)
      yield* JobMetrics.lost
      const session = running.get(job.campaignId)
      // All of it, and the others of its jobs are handed back. Not waited for: the next lease may be about to end as well.
      if (session !== undefined) yield* Effect.forkDetach(Fiber.interrupt(session))
    }
  })

  const everyNow = <E, R>(work: Effect.Effect<unknown, E, R>, interval: Duration.Input, wait?: Queue.Dequeue<void>) =>
    work.pipe(
      // The store is away, or something is wrong that the next look may find mended: a worker does not give up.
      Effect.catchCause((cause) => Effect.logWarning("A worker goes on after", cause)),
      Effect.andThen(
        wait === undefined
          ? Effect.sleep(interval)
          : Effect.andThen(Effect.sleep(restInterval), Effect.timeoutOption(Queue.take(wait), interval))
      ),
      Effect.forever,
      Effect.provideContext(services),
      Effect.forkDetach
    )

  const looks = [
    yield* everyNow(Effect.andThen(Dispatcher.round, kickClaims(claiming)), lookInterval, dispatching),
    yield* everyNow(claims, lookInterval, claiming),
    // Every 5 s with a lease of 30: with that and the first wait, a lost worker's job runs again within 45 s.
    yield* everyNow(jobs.rescue.pipe(Effect.timeout(patience)), terms.lease / 6),
    yield* everyNow(
      Stream.runForEach(jobs.wakes, () => kick),
      lookInterval
    )
  ]
  const pulse = [yield* everyNow(beat, terms.heartbeat), yield* everyNow(watchLeases, terms.heartbeat / 10)]

  const drain = Effect.gen(function* () {
    // Closed at once, and what is on its way has the grace; a claim that is on its way is handed back by itself.
    const closing = yield* Effect.forkDetach(door.close, { startImmediately: true })
    yield* Fiber.interruptAll([looks[0]!, looks[2]!, looks[3]!])
    yield* Effect.timeoutOption(
      Effect.interruptible(Effect.forEach([...running.values()], Fiber.await, { concurrency: "unbounded" })),
      longestDrain
    )
    yield* Fiber.interruptAll([closing, looks[1]!, ...running.values()])
    yield* Effect.timeoutOption(Effect.interruptible(handBack([...held.values()].map(({ job }) => job))), "3 seconds")
    yield* Fiber.interruptAll(pulse)
  })
  yield* Effect.addFinalizer(() => drain)

  return Worker.of({ server, running: Effect.sync(() => [...running.keys()]), drain })
})

interface Held {
  readonly job: Job
  /** When its lease was last known to begin, on this machine's clock that only goes forward. */
  since: bigint
}

const kickClaims = (claiming: Queue.Queue<void>) => Queue.offer(claiming, undefined)
