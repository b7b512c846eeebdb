import { limits, longestBlockMinutes, RateLimits } from "@domainflow/core/auth/RateLimits"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { guard } from "../Store.ts"

export const layer = Layer.effect(
  RateLimits,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    return RateLimits.of({
      // The row lock of the conflicting update counts callers one by one, in whatever process they are; buckets are
      // locked in one order, so that two calls with the same ones cannot wait for each other.
      take: (action, buckets, { attempts, minutes } = limits[action]) =>
        sql<{ attempts: number; retryAfter: number }>`
          with moment as (select clock_timestamp() at time zone 'utc' as now, ${minutes} * interval '1 minute' as span)
          insert into auth.rate_limits as r (identifier, action, attempts, window_start)
          select b, ${action}, 1, m.now from moment m, unnest(${buckets}::text[]) b order by b
          on conflict (identifier, action) do update set (attempts, window_start, blocked_until, strikes) = (
            select
              case when is_over then 1 else n end,
              case when is_over then m.now else r.window_start end,
              case
                when is_over then null
                when n = ${attempts} + 1 then m.now + least(
                  m.span * power(2, least(r.strikes, 10)),
                  ${longestBlockMinutes} * interval '1 minute'
                )
                else r.blocked_until
              end,
              case
                -- A window that passes without a block, right after one, forgives it.
                when is_over and (r.blocked_until is null or m.now >= r.blocked_until + m.span) then 0
                when not is_over and n = ${attempts} + 1 then r.strikes + 1
                else r.strikes
              end
            from moment m, lateral (
              select
                m.now >= coalesce(r.blocked_until, r.window_start + m.span, m.now) as is_over,
                coalesce(r.attempts, 0) + 1 as n
            ) t
          )
          returning
            attempts,
            coalesce(ceil(extract(epoch from blocked_until - clock_timestamp() at time zone 'utc')), 0)::int as retry_after
        `.pipe(
          Effect.map((rows) => {
            const passed = rows.every((row) => row.attempts <= attempts)
            return {
              passed,
              justBlocked: rows.some((row) => row.attempts === attempts + 1),
              // A block of the last millisecond is still one.
              retryAfter: passed ? 0 : Math.max(1, ...rows.map((row) => row.retryAfter))
            }
          }),
          guard("RateLimits.take")
        ),

      clear: (action, bucket) =>
        sql`delete from auth.rate_limits where identifier = ${bucket} and action = ${action}`.pipe(
          Effect.asVoid,
          guard("RateLimits.clear")
        ),

      sweep: sql`
        delete from auth.rate_limits
        where coalesce(blocked_until, window_start) < now() at time zone 'utc' - interval '2 days'
        returning id
      `.pipe(
        Effect.map((rows) => rows.length),
        guard("RateLimits.sweep", { unhurried: true })
      )
    })
  })
)
