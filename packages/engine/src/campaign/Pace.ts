import { Clock, Effect } from "effect"

/** At most so many names a minute, evenly; the campaign's `processing_speed_per_minute`. */
export interface Pace {
  /** The largest number to take at once such that a pace is even over seconds and a pause is felt at once. */
  readonly most: (batchSize: number) => number
  /** Returns when `count` names may start. */
  readonly take: (count: number) => Effect.Effect<void>
}

const unlimited: Pace = { most: (batchSize) => batchSize, take: () => Effect.void }

/** A pace of `perMinute` names; 0 is unlimited. */
export const make = (perMinute: number): Effect.Effect<Pace> =>
  Effect.sync(() => {
    if (perMinute <= 0) return unlimited
    const millisEach = 60_000 / perMinute
    let free = Number.NEGATIVE_INFINITY
    return {
      most: (batchSize) => Math.max(1, Math.min(batchSize, Math.floor(perMinute / 60))),
      take: (count) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          // Time that nobody used is gone: a slow source does not earn a burst.
          const start = Math.max(now, free)
          free = start + count * millisEach
          return start > now ? Effect.sleep(start - now) : Effect.void
        })
    }
  })
