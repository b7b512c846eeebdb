import { Context } from "effect"
import { maxAttempts } from "./Job.ts"
import * as Stretch from "./Stretch.ts"

export { maxAttempts }

/** How long a claim holds without a beat, in milliseconds by the store's clock. */
export const lease = 30_000

/** How often a worker says that it lives, in milliseconds. Two beats may be lost before the lease is. */
export const heartbeat = 10_000

/** The wait before the second try, in milliseconds; each further one is twice as long. */
export const firstBackoff = 1_000

/** No wait is longer, in milliseconds. */
export const longestBackoff = 300_000

export interface Terms {
  readonly lease: number
  readonly heartbeat: number
  readonly maxAttempts: number
  readonly firstBackoff: number
  readonly longestBackoff: number
  /** Names in a stretch at least. */
  readonly smallestStretch: bigint
}

/**
 * The terms of a fleet, which all its processes must share. The defaults are the promised ones; what kills workers by the
 * hundred to see what they leave shortens them.
 */
export const Terms = Context.Reference<Terms>("@domainflow/core/Terms", {
  defaultValue: () => ({
    lease,
    heartbeat,
    maxAttempts,
    firstBackoff,
    longestBackoff,
    smallestStretch: Stretch.smallest
  })
})

/** Waits are moved by up to this share either way: jobs that failed together do not come back together. */
export const jitter = 0.2

/** Milliseconds until a job may be tried again that has been tried `attempts` times; `dice` is from 0 to 1. */
export const backoff = (
  attempts: number,
  dice: number,
  terms: Pick<Terms, "firstBackoff" | "longestBackoff"> = { firstBackoff, longestBackoff }
): number =>
  Math.min(terms.longestBackoff, terms.firstBackoff * 2 ** Math.min(Math.max(attempts - 1, 0), 30)) * spread(dice)

/** What a wait is multiplied by. */
export const spread = (dice: number): number => 1 + jitter * (2 * dice - 1)

/** What a lost worker leaves as `lastError`. */
export const lost = (server: string | null): string =>
  `the worker ${server ?? "that had it"} was lost: no sign of life for the length of a lease`
