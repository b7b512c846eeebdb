import { Effect } from "effect"
import { monotonicMillis } from "../Elapsed.ts"

/**
 * Lets `perSecond` callers pass each second, `burst` of them at once after a rest; 0 a second: everybody. A burst of 0
 * is what a tenth of a second allows, at least one.
 */
export const make = (perSecond: number, burst: number): Effect.Effect<void> => {
  if (perSecond === 0) return Effect.void
  const interval = 1_000 / perSecond
  const slack = ((burst === 0 ? Math.max(1, Math.floor(perSecond / 10)) : burst) - 1) * interval
  let next = -Infinity
  // Virtual scheduling: one number says when the caller after this one is due.
  return Effect.flatMap(monotonicMillis, (now) => {
    const due = Math.max(next, now - slack)
    next = due + interval
    return due <= now ? Effect.void : Effect.sleep(due - now)
  })
}
