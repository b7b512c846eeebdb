import { Effect, Layer, Schedule } from "effect"
import { PasswordResets } from "./PasswordResets.ts"
import { RateLimits } from "./RateLimits.ts"
import { Sessions } from "./Sessions.ts"

/** Removes what no longer counts: sessions that are over, links that no longer work, attempts that are forgiven. */
export const tidy = Effect.gen(function* () {
  const sessions = yield* (yield* Sessions).cleanup
  const links = yield* (yield* PasswordResets).sweep
  const attempts = yield* (yield* RateLimits).sweep
  return { sessions, links, attempts }
}).pipe(Effect.withSpan("Housekeeping.tidy"))

/** Tidies up every hour while the layer lives. Any number of processes may: what one has removed, the others do not find. */
export const layer = Layer.effectDiscard(
  tidy.pipe(
    Effect.catch((error) => Effect.logWarning(`Accounts could not be tidied up: ${error.message}`)),
    Effect.repeat(Schedule.spaced("1 hour")),
    Effect.forkScoped
  )
)
