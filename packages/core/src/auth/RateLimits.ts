import { Clock, Context, Effect, Layer } from "effect"
import type { StoreError } from "../StoreError.ts"
import * as Client from "./Client.ts"
import type { LimitedAction } from "./RateLimit.ts"
import { sha256 } from "./Token.ts"

/** So many attempts in so many minutes. Going over it blocks for as long again, and twice as long each time in a row. */
export interface Limit {
  readonly attempts: number
  readonly minutes: number
}

export const limits: Record<LimitedAction, Limit> = {
  login: { attempts: 10, minutes: 15 },
  password_reset: { attempts: 5, minutes: 15 },
  email_verification: { attempts: 5, minutes: 15 },
  password_change: { attempts: 5, minutes: 15 },
  /** Lines of the log that anybody can provoke. */
  remark: { attempts: 5, minutes: 15 }
}

/** Blocks double up to a day. */
export const longestBlockMinutes = 24 * 60

/** What an attempt came to. */
export interface Taken {
  readonly passed: boolean
  /** The first attempt that was refused: worth a line in the log, where the thousand after it are not. */
  readonly justBlocked: boolean
  /** Seconds until an attempt can pass again; 0 when this one did. */
  readonly retryAfter: number
}

/** How often someone tries something, counted once for all processes. */
export class RateLimits extends Context.Service<
  RateLimits,
  {
    /**
     * Counts an attempt in every bucket, and passes it if each has room: exactly `attempts` of any number of concurrent
     * calls pass.
     */
    readonly take: (
      action: LimitedAction,
      buckets: ReadonlyArray<string>,
      limit?: Limit
    ) => Effect.Effect<Taken, StoreError>

    /** Forgets what a bucket counted: whoever it stands for has proved to be the owner. */
    readonly clear: (action: LimitedAction, bucket: string) => Effect.Effect<void, StoreError>

    /** Drops what no longer counts, and says how many rows that was. */
    readonly sweep: Effect.Effect<number, StoreError>
  }
>()("@domainflow/core/RateLimits") {
  static readonly layerMemory = Layer.sync(RateLimits, () => {
    const rows = new Map<string, Row>()

    return RateLimits.of({
      take: (action, buckets, limit = limits[action]) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const after = buckets.map((bucket) => {
            const row = counted(rows.get(`${action} ${bucket}`), now, limit)
            rows.set(`${action} ${bucket}`, row)
            return row
          })
          return {
            passed: after.every((row) => row.attempts <= limit.attempts),
            justBlocked: after.some((row) => row.attempts === limit.attempts + 1),
            retryAfter: Math.max(0, ...after.map((row) => Math.ceil(((row.blockedUntil ?? now) - now) / 1_000)))
          }
        }),
      clear: (action, bucket) => Effect.sync(() => void rows.delete(`${action} ${bucket}`)),
      sweep: Effect.map(Clock.currentTimeMillis, (now) => {
        const stale = [...rows].filter(
          ([, row]) => (row.blockedUntil ?? row.windowEnd) + longestBlockMinutes * 60_000 < now
        )
        for (const [key] of stale) rows.delete(key)
        return stale.length
      })
    })
  })
}

/** The bucket of an account, whether or not there is one: its address is not written down for every stranger's typing. */
export const accountBucket = (email: string): Effect.Effect<string> =>
  Effect.map(sha256(email), (hash) => `account:${hash.slice(0, 32)}`)

/** The bucket of where a call comes from; none where the host does not know. */
export const addressBuckets = (client: Client.Client): ReadonlyArray<string> =>
  client.ip === null ? [] : [Client.bucket(client.ip)]

interface Row {
  readonly attempts: number
  readonly windowEnd: number
  readonly blockedUntil: number | null
  /** Windows in a row that went over the limit. */
  readonly strikes: number
}

const counted = (row: Row | undefined, now: number, limit: Limit): Row => {
  const window = limit.minutes * 60_000
  const until = row?.blockedUntil ?? row?.windowEnd ?? 0
  if (row === undefined || now >= until) {
    // A window that passes without a block, right after one, forgives it.
    const strikes = row === undefined || row.blockedUntil === null || now >= until + window ? 0 : row.strikes
    return { attempts: 1, windowEnd: now + window, blockedUntil: null, strikes }
  }
  const attempts = row.attempts + 1
  if (attempts !== limit.attempts + 1) return { ...row, attempts }
  const strikes = row.strikes + 1
  const block = Math.min(window * 2 ** (strikes - 1), longestBlockMinutes * 60_000)
  return { ...row, attempts, strikes, blockedUntil: now + block }
}
