import { Array, Clock, Effect, Order, PubSub, pipe, Random, Stream } from "effect"
import { Reach, reaches } from "../auth/Reach.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import * as Ids from "../Ids.ts"
import { Memory } from "../Memory.ts"
import * as Page from "../Page.ts"
import * as Storable from "../Storable.ts"
import { Job, type JobId, type JobStatus } from "./Job.ts"
import type { Claim, Jobs } from "./Jobs.ts"
import * as Lease from "./Lease.ts"
import * as Stretch from "./Stretch.ts"

/** `Jobs` on the tables of `Memory`, for one process: nothing runs between two statements, so each method is one step. */
export const makeMemory = Effect.gen(function* () {
  const { campaigns, jobs } = yield* Memory
  const terms = yield* Lease.Terms
  const bell = yield* PubSub.sliding<void>(1)

  const put = (job: Job, change: Partial<Job>, now: number) => {
    const changed = new Job({ ...job, ...change, updatedAt: new Date(now) })
    jobs.set(job.id, changed)
    return changed
  }

  const held = (claim: Claim): Job | undefined => {
    const job = jobs.get(claim.id)
    return job?.status === "running" && claim.lockedBy !== null && job.lockedBy === claim.lockedBy ? job : undefined
  }

  const change = (claims: ReadonlyArray<Claim>, to: (job: Job, now: number) => Partial<Job>) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const accepted = new Set<JobId>()
      for (const claim of claims) {
        const job = held(claim)
        if (job === undefined) continue
        put(job, to(job, now), now)
        accepted.add(job.id)
      }
      return accepted
    })

  const failed = (job: Job, lastError: string, now: number, dice: number) => {
    const ended = job.attempts >= job.maxAttempts
    return put(
      job,
      {
        ...unlocked,
        status: ended ? "failed" : "retry",
        lastError,
        nextExecutionAt: ended ? null : new Date(now + Lease.backoff(job.attempts, dice, terms))
      },
      now
    )
  }

  const service: Jobs["Service"] = {
    enqueue: (fresh) =>
      Effect.gen(function* () {
        const now = new Date(yield* Clock.currentTimeMillis)
        let count = 0
        for (const { campaignId, id, jobType, maxAttempts = terms.maxAttempts, stretch } of fresh) {
          if (jobs.has(id) || !campaigns.has(campaignId)) continue
          jobs.set(
            id,
            new Job({
              ...unlocked,
              id,
              campaignId,
              jobType,
              status: "pending",
              scheduledAt: now,
              attempts: 0,
              maxAttempts,
              lastAttemptedAt: null,
              lastError: null,
              processingServerId: null,
              createdAt: now,
              updatedAt: now,
              jobPayload: stretch === null ? null : Stretch.payload(stretch),
              nextExecutionAt: null
            })
          )
          count++
        }
        if (count > 0) yield* PubSub.publish(bell, undefined)
        return count
      }),

    claim: Effect.fnUntraced(function* ({ except = [], limit, only, retry = false, server }) {
      const lockedBy = `${server}/${yield* Ids.one}`
      const now = yield* Clock.currentTimeMillis
      const running = new Map<CampaignId, number>()
      const unrevived = new Set<CampaignId>()
      for (const { campaignId, status } of jobs.values()) {
        if (status === "running") running.set(campaignId, (running.get(campaignId) ?? 0) + 1)
        else if (status === "failed") unrevived.add(campaignId)
      }
      // A campaign that failed and was queued again starts with its failed jobs revived, or it would fail of them again.
      const runs = (id: CampaignId) => {
        const status = campaigns.get(id)?.status
        return status === "running" || (status === "queued" && !unrevived.has(id))
      }
      const due = pipe(
        [...jobs.values()],
        Array.filter((job) => isOpen(job) && dueAt(job) <= now && !except.includes(job.campaignId)),
        Array.filter((job) => only === undefined || job.campaignId === only),
        Array.filter(({ status }) => !retry || status === "retry"),
        Array.filter(({ campaignId }) => runs(campaignId)),
        // Stable: what became due together comes in the order in which it was enqueued.
        Array.sort(longestWaiting)
      )
      const claimed: Array<Job> = []
      while (claimed.length < limit && due.length > 0) {
        // One at a time, so that many at once are shared out as fairly as one by one.
        let least = Infinity
        for (const { campaignId } of due) least = Math.min(least, running.get(campaignId) ?? 0)
        const at = due.findIndex(({ campaignId }) => (running.get(campaignId) ?? 0) === least)
        const [job] = due.splice(at, 1)
        if (job === undefined) break
        running.set(job.campaignId, least + 1)
        claimed.push(
          put(
            job,
            {
              status: "running",
              attempts: job.attempts + 1,
              lastAttemptedAt: new Date(now),
              lockedAt: new Date(now),
              lockedBy,
              processingServerId: server,
              nextExecutionAt: null
            },
            now
          )
        )
      }
      return claimed
    }),

    beat: (claims) => change(claims, (_, now) => ({ lockedAt: new Date(now) })),

    complete: (claims) => change(claims, () => ({ ...unlocked, status: "completed", lastError: null })),

    fail: Effect.fnUntraced(function* (claim, error) {
      const now = yield* Clock.currentTimeMillis
      const dice = yield* Random.next
      const job = held(claim)
      if (job === undefined) return null
      return failed(job, Storable.text(error), now, dice).status === "failed" ? "failed" : "retry"
    }),

    release: (claims) =>
      change(claims, ({ attempts }) => ({ ...unlocked, status: "pending", attempts: Math.max(0, attempts - 1) })).pipe(
        Effect.tap((accepted) => (accepted.size > 0 ? PubSub.publish(bell, undefined) : Effect.void))
      ),

    rescue: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const dice = yield* Random.next
      const rescued = { retried: 0, failed: 0 }
      for (const job of jobs.values()) {
        if (job.status !== "running" || (job.lockedAt?.getTime() ?? 0) > now - terms.lease) continue
        const { status } = failed(job, Lease.lost(job.processingServerId), now, dice)
        if (status === "failed") rescued.failed++
        else rescued.retried++
      }
      return rescued
    }),

    revive: Effect.fnUntraced(function* (campaignId) {
      const now = yield* Clock.currentTimeMillis
      if (campaigns.get(campaignId)?.status !== "queued") return 0
      const dead = [...jobs.values()].filter((job) => job.campaignId === campaignId && job.status === "failed")
      for (const job of dead) put(job, { status: "pending", attempts: 0 }, now)
      if (dead.length > 0) yield* PubSub.publish(bell, undefined)
      return dead.length
    }),

    standings: (campaignId) =>
      Effect.sync(
        () =>
          new Map(
            [...jobs.values()]
              .filter((job) => job.campaignId === campaignId)
              .map(({ id, lastError, status }) => [id, { lastError, status }])
          )
      ),

    page: Effect.fnUntraced(function* (filter, request) {
      const after = yield* Page.position(Page.AgeKey, request)
      const reach = yield* Reach
      const rows = [...jobs.values()]
        .filter(
          (job) =>
            reaches(reach, campaigns.get(job.campaignId)?.userId ?? null) &&
            (filter.campaignId === undefined || job.campaignId === filter.campaignId) &&
            (filter.status === undefined || job.status === filter.status) &&
            (after === null || byAge(keyOf(job), after) > 0)
        )
        .sort((a, b) => byAge(keyOf(a), keyOf(b)))
      return Page.page(rows, request, keyOf)
    }),

    wakes: Stream.fromPubSub(bell)
  }
  return service
})

const unlocked = { lockedAt: null, lockedBy: null, nextExecutionAt: null } as const

const open: ReadonlySet<JobStatus> = new Set(["pending", "queued", "retry"])
const isOpen = ({ status }: Job) => open.has(status)
const dueAt = ({ nextExecutionAt, scheduledAt }: Job) => (nextExecutionAt ?? scheduledAt).getTime()
const longestWaiting = Order.mapInput(Order.Number, dueAt)

const keyOf = (job: Job): Page.AgeKey => [job.createdAt.toISOString(), job.id]
const byAge = Order.Tuple([Order.String, Order.String])
