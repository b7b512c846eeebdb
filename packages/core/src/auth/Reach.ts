import { Context, Effect } from "effect"
import { Actor } from "../audit/Actor.ts"
import type { UserId } from "./UserId.ts"

/**
 * Whose campaigns the current operation may touch: those of one user, or (null) everyone's. Every query on campaigns adds it
 * to its own `where`, so that checking and acting are one step; what is out of reach looks as if it were not there.
 */
export const Reach = Context.Reference<UserId | null>("@domainflow/core/Reach", { defaultValue: () => null })

/**
 * Whom something new belongs to: whoever reaches no further than their own, else the owner that was named, else whoever acts.
 * Null is nobody.
 */
export const owner = Effect.fnUntraced(function* (named: UserId | undefined) {
  return (yield* Reach) ?? named ?? (yield* Actor).userId
})

/** Whether something of this owner is within reach. */
export const reaches = (reach: UserId | null, owner: UserId | null): boolean => reach === null || owner === reach
