import { Context, Effect, type Redacted } from "effect"
import type { StoreError } from "../StoreError.ts"
import type { User } from "./User.ts"

/**
 * How accounts with `mfaEnabled` prove a second time who they are. A host that offers a second factor brings this; without one
 * such an account cannot log in, because nobody could check what its owner asked to be checked.
 */
export interface SecondFactor {
  readonly verify: (user: User, code: Redacted.Redacted | null) => Effect.Effect<boolean, StoreError>
}

export const SecondFactor = Context.Reference<SecondFactor>("@domainflow/core/SecondFactor", {
  defaultValue: () => ({ verify: () => Effect.succeed(false) })
})
