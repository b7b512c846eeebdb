import { Context, Effect } from "effect"
import type { Memory } from "../Memory.ts"
import { StoreError } from "../StoreError.ts"
import type { Claim } from "./Jobs.ts"

/**
 * The claim in whose name results are kept. While it is set, a batch is kept only as long as the claim holds: a worker
 * that was thought dead, and comes back, adds nothing. Null, the default: nobody else runs the campaign.
 */
export const Fence = Context.Reference<Claim | null>("@domainflow/core/Fence", { defaultValue: () => null })

/** What a write in the name of a claim that is over fails with. Nothing was written, and trying again is of no use. */
export const broken = (operation: string, claim: Claim): StoreError =>
  new StoreError({
    operation,
    retryable: false,
    cause: new ClaimOver(claim)
  })

/** Whether a write failed because its claim is over, and for no other reason. */
export const isBroken = (error: unknown): boolean => error instanceof StoreError && error.cause instanceof ClaimOver

class ClaimOver extends Error {
  override readonly name = "ClaimOver"
  constructor({ id, lockedBy }: Claim) {
    super(`job ${id} is not this worker's any more: its claim ${lockedBy} is over`)
  }
}

/** Fails where the fence is set and does not hold. To be called in the same step as the write it guards. */
export const inMemory = (jobs: Memory["Service"]["jobs"], operation: string): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Fence, (claim) => {
    if (claim === null) return Effect.void
    const job = jobs.get(claim.id)
    return job?.status === "running" && job.lockedBy === claim.lockedBy
      ? Effect.void
      : Effect.fail(broken(operation, claim))
  })
