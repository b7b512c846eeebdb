import { Clock, Effect } from "effect"

/** The clock of the context with a wall of its own, which somebody sets while the time goes on. */
export const make = Effect.map(Clock.Clock, (clock) => {
  let ahead = 0
  const millis = () => clock.currentTimeMillisUnsafe() + ahead
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n
  const seen: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
  return {
    /** Sets the wall ahead by so many milliseconds, or back. */
    step: (by: number): void => {
      ahead += by
    },
    /** Runs by this clock. */
    seen: Effect.provideService(Clock.Clock, seen)
  }
})
