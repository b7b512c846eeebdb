import { Context } from "effect"
import type { UserId } from "../auth/UserId.ts"

/** Who is acting, and from where. A host sets it once per request; every audit row is signed with it. */
export interface Actor {
  /** Null is nobody in particular: a worker, a migration, a script. */
  readonly userId: UserId | null
  readonly clientIp: string | null
  readonly userAgent: string | null
}

export const system: Actor = { userId: null, clientIp: null, userAgent: null }

export const Actor = Context.Reference<Actor>("@domainflow/core/Actor", { defaultValue: () => system })
