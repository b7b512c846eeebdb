import type { Terms } from "../../packages/core/src/job/Lease.ts"

/** A tenth of the promised times, so that a run of many deaths takes seconds; and no job gives up, since none is at fault. */
export const terms: Terms = {
  lease: 3_000,
  heartbeat: 600,
  maxAttempts: 100_000,
  firstBackoff: 50,
  longestBackoff: 300,
  smallestStretch: 40n
}
