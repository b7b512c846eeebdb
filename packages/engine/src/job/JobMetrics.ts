import type { Jobs } from "@domainflow/core/job/Jobs"
import { Effect, Metric } from "effect"

const counter = (event: string) =>
  Metric.counter("domainflow_jobs_total", {
    description: "What the workers of this process did with jobs.",
    attributes: { event },
    incremental: true
  })

/** What a job is claimed for ends in one of those below it but the last. */
const events = {
  claimed: counter("claimed"),
  completed: counter("completed"),
  /** Failed, to be tried again. */
  retried: counter("retried"),
  failed: counter("failed"),
  /** Handed back. */
  released: counter("released"),
  /** The claim was over before its work was: another worker has the job, or will. */
  lost: counter("lost"),
  /** Taken from workers that were lost. */
  rescued: counter("rescued")
}

const were = (event: keyof typeof events, count = 1) => Metric.update(events[event], count)

/** A claim that was not renewed. The worker tells: what it completed while it asked for that is not renewed either. */
export const lost = were("lost")

/** The queue, with what a worker does there counted. All counters are there from the start, so that a first loss is seen as a change. */
export const counted = (jobs: Jobs["Service"]): Effect.Effect<Jobs["Service"]> => {
  const accepted = (event: "completed" | "released", asked: number, { size }: ReadonlySet<unknown>) =>
    Effect.andThen(were(event, size), were("lost", asked - size))
  return Effect.as(
    Effect.forEach(Object.values(events), (event) => Metric.update(event, 0), { discard: true }),
    {
      ...jobs,
      claim: (request) => Effect.tap(jobs.claim(request), ({ length }) => were("claimed", length)),
      complete: (claims) => Effect.tap(jobs.complete(claims), (those) => accepted("completed", claims.length, those)),
      release: (claims) => Effect.tap(jobs.release(claims), (those) => accepted("released", claims.length, those)),
      fail: (claim, error) =>
        Effect.tap(jobs.fail(claim, error), (became) => were(became === null ? "lost" : outcomes[became])),
      rescue: Effect.tap(jobs.rescue, ({ failed, retried }) => were("rescued", failed + retried))
    }
  )
}

const outcomes = { retry: "retried", failed: "failed" } as const
