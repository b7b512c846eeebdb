import { Effect } from "effect"
import type { AuthEventType } from "./AuthAuditEntry.ts"
import { RateLimited } from "./AuthError.ts"
import { type AuthEvent, AuthLog } from "./AuthLog.ts"
import type * as Client from "./Client.ts"
import type { LimitedAction } from "./RateLimit.ts"
import { RateLimits } from "./RateLimits.ts"

/** What may be tried so often and no more, and what is said about it so often and no more. */
export const make = Effect.gen(function* () {
  const limits = yield* RateLimits
  const log = yield* AuthLog

  /** Counts an attempt, and refuses it where a bucket is full; the first refusal is a line of the log. */
  const limit = Effect.fnUntraced(function* (
    action: keyof typeof blockedEvents,
    buckets: ReadonlyArray<string>,
    client: Client.Client
  ) {
    const taken = yield* limits.take(action, buckets)
    if (taken.passed) return
    if (taken.justBlocked)
      yield* log.append({
        eventType: blockedEvents[action],
        eventStatus: "blocked",
        userId: null,
        client,
        details: { action, retryAfter: taken.retryAfter },
        riskScore: 70
      })
    return yield* new RateLimited({ action, retryAfter: taken.retryAfter })
  })

  /** Writes down what anybody can bring about as often as they like: a few lines for each bucket, and then no more. */
  const remark = Effect.fnUntraced(function* (bucket: string, event: AuthEvent) {
    if ((yield* limits.take("remark", [bucket])).passed) yield* log.append(event)
  })

  return { limit, remark }
})

/** Under which event a refusal is written. */
const blockedEvents = {
  login: "login",
  password_reset: "password_reset_requested",
  email_verification: "password_reset_requested",
  password_change: "password_change"
} as const satisfies Record<Exclude<LimitedAction, "remark">, AuthEventType>
