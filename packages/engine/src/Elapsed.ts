import { Clock, Effect } from "effect"

/**
 * Milliseconds on the clock that only goes forward, for whatever is a difference: what the wall shows may be set back or
 * ahead by hours meanwhile. Counts from anywhere, so it says nothing of when.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) => millisOf(nanos))

/** The same, for plain code. */
export const monotonicMillisUnsafe = (clock: Clock.Clock): number => millisOf(clock.monotonicTimeNanosUnsafe())

/** Whole milliseconds since `start`, which is of `monotonicMillis`. */
export const since = (start: number): Effect.Effect<number> =>
  Effect.map(monotonicMillis, (now) => Math.round(now - start))

const millisOf = (nanos: bigint): number => Number(nanos) / 1_000_000
