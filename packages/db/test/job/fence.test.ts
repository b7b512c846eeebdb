import { Fence } from "@domainflow/core/job/Fence"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as JobScene from "@domainflow/core/testing/JobScene"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { hold } from "../../src/job/fence.ts"
import * as Stores from "../support/Stores.ts"

it.live(
  "results that wait in their transaction hold up no heartbeat, and nobody takes their job over",
  () =>
    Effect.gen(function* () {
      const [jobs, sql] = [yield* Jobs, yield* SqlClient.SqlClient]
      yield* JobScene.queued(2)
      const [blocked, other] = yield* jobs.claim({ server: "one", limit: 2 })
      const [holds, over] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const append = yield* hold(sql, "test").pipe(
        Effect.andThen(Deferred.succeed(holds, undefined)),
        Effect.andThen(Deferred.await(over)),
        sql.withTransaction,
        Effect.provideService(Fence, blocked!),
        Effect.forkChild
      )
      yield* Deferred.await(holds)

      const beaten = yield* jobs.beat([blocked!, other!]).pipe(Effect.timeout("5 seconds"))
      assert.strictEqual(beaten.size, 2)
      // Long over by the clock, and still nobody's: what is being written would be written twice.
      yield* sql`update campaign_jobs set locked_at = locked_at - interval '1 hour'`
      assert.deepStrictEqual(yield* jobs.rescue, { retried: 1, failed: 0 })
      yield* sql`update campaign_jobs set next_execution_at = null where status = 'retry'`
      const claimed = yield* jobs.claim({ server: "two", limit: 2 })
      assert.deepStrictEqual(
        claimed.map(({ id }) => id),
        [other!.id]
      )
      yield* Deferred.succeed(over, undefined)
      yield* Fiber.join(append)
      assert.deepStrictEqual(yield* jobs.rescue, { retried: 1, failed: 0 })
    }).pipe(Effect.provide(Stores.layer)),
  60_000
)
