import { Context } from "effect"
import type { UserId } from "./UserId.ts"

/**
 * Whose campaigns the current operation may touch: those of one user, or (null) everyone's. Every query on campaigns adds it
 * to its own `where`, so that checking and acting are one step; what is out of reach looks as if it were not there.
 */
export const Reach = Context.Reference<UserId | null>("@domainflow/core/Reach", { defaultValue: () => null })
