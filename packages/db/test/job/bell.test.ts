import { Jobs } from "@domainflow/core/job/Jobs"
import * as JobScene from "@domainflow/core/testing/JobScene"
import { assert, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

it.live(
  "a listener whose connection is taken away is made anew, and hears what is enqueued",
  () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const sql = yield* SqlClient.SqlClient
      let rings = 0
      yield* jobs.wakes.pipe(
        Stream.runForEach(() =>
          Effect.sync(() => {
            rings++
          })
        ),
        Effect.forkScoped
      )
      /** The process that serves the listener. */
      const listener = sql<{ pid: number }>`
        select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN%'
      `.pipe(
        Effect.delay("50 millis"),
        Effect.repeat({ until: (rows) => rows.length === 1 }),
        Effect.map(([row]) => row!.pid),
        Effect.timeout("20 seconds")
      )
      const hears = Effect.gen(function* () {
        // A new listener rings by itself, once; that is not what is meant.
        yield* Effect.sleep("500 millis")
        const before = rings
        yield* JobScene.queued(1)
        yield* Effect.sync(() => rings).pipe(
          Effect.delay("20 millis"),
          Effect.repeat({ until: (now) => now > before }),
          Effect.timeout("10 seconds")
        )
      })

      yield* listener
      yield* hears
      for (let times = 0; times < 3; times++) {
        const victim = yield* listener
        yield* sql`select pg_terminate_backend(${victim})`
        const heir = yield* Effect.repeat(listener, { until: (pid) => pid !== victim })
        assert.notStrictEqual(heir, victim)
        yield* hears
      }
    }).pipe(Effect.scoped, Effect.provide(Stores.layer)),
  60_000
)
