import { inspect } from "node:util"
import { StoreError } from "@domainflow/core/StoreError"
import { assert, it, layer } from "@effect/vitest"
import { Data, Duration, Effect, Exit, Fiber, Option, Redacted, Schema } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { TestClock } from "effect/testing"
import * as Pg from "../src/Pg.ts"
import * as Store from "../src/Store.ts"
import * as Database from "./support/Database.ts"

class NameTaken extends Data.TaggedError("NameTaken")<{ readonly name: string }> {}

const failing = (code: string) =>
  new SqlError.SqlError({
    reason: new SqlError.UnknownError({ cause: Object.assign(new Error("said the server"), { code }) })
  })

const deadlock = new SqlError.SqlError({ reason: new SqlError.DeadlockError({ cause: new Error("deadlock") }) })

// In real time: a test's clock would move while the database takes its own, and every call has a limit.
layer(Database.layer, { excludeTestServices: true })("the border of the store", (it) => {
  const addSet = (name: string) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into keyword_sets (name) values (${name})`
    })

  it.effect("leaves rows alone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`select 1 as one_column`.pipe(Store.guard("Sets.get")), [{ oneColumn: 1 }])
    })
  )

  it.effect("turns a named constraint into an error of the domain", () =>
    Effect.gen(function* () {
      const add = (name: string) =>
        addSet(name).pipe(
          Store.onConstraint({ keyword_sets_name_key: () => new NameTaken({ name }) }),
          Store.guard("Sets.add")
        )
      yield* add("once")
      const refused = yield* add("once").pipe(Effect.flip)
      assert.deepStrictEqual(refused, new NameTaken({ name: "once" }))
    })
  )

  it.effect("names the operation and the constraint, and keeps what was said to itself", () =>
    Effect.gen(function* () {
      const secret = "s3cret-canary"
      yield* addSet(secret)
      const sql = yield* SqlClient.SqlClient
      const refusals = yield* Effect.all(
        [
          addSet(secret),
          sql`select ${secret}::int`,
          sql`select * from keyword_sets where id = ${secret}`,
          sql`insert into personas (name, persona_type, config_details) values (${secret}, ${secret}, '{}')`,
          Schema.decodeUnknownEffect(Schema.Struct({ password: Schema.Int }))({ password: secret })
        ].map((each: Effect.Effect<unknown, Store.Failure, SqlClient.SqlClient>) =>
          each.pipe(Store.guard("Sets.add"), Effect.flip)
        )
      )
      for (const refusal of refusals) {
        assert.instanceOf(refusal, StoreError)
        assert.strictEqual(refusal.operation, "Sets.add")
        assert.isFalse(refusal.retryable)
        assert.notInclude(inspect(refusal, { depth: 20, showHidden: true }), secret)
        assert.notInclude(JSON.stringify(yield* Schema.encodeEffect(StoreError)(refusal)), secret)
      }
      // What a person reads in a log, or as the error of a campaign.
      assert.match(
        refusals[0]?.message ?? "",
        /^Sets\.add: the store refused: UniqueViolation 23505: .*keyword_sets_name_key/
      )
      for (const refusal of refusals) assert.notInclude(refusal.message, secret)
      assert.include(inspect(refusals[2]), "22P02")
    })
  )

  it.effect("a transaction is tried again as a whole, whichever guard it fails in", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      let tries = 0
      const inner = Effect.suspend(() => (++tries < 3 ? Effect.fail(deadlock) : Effect.void)).pipe(
        Store.guard("Sets.inner")
      )
      yield* addSet("in one piece").pipe(Effect.andThen(inner), sql.withTransaction, Store.guard("Sets.outer"))

      assert.strictEqual(tries, 3)
      assert.strictEqual((yield* sql`select 1 from keyword_sets where name = 'in one piece'`).length, 1)
    })
  )
})

const outcome = Effect.fnUntraced(function* (error: SqlError.SqlError) {
  let tries = 0
  const fiber = yield* Effect.suspend(() => {
    tries++
    return Effect.fail(error)
  }).pipe(Store.guard("Sets.get"), Effect.exit, Effect.forkChild)
  yield* TestClock.adjust("10 seconds")
  const exit = yield* Fiber.join(fiber)
  const refusal = Exit.findErrorOption(exit)
  assert.isTrue(refusal._tag === "Some" && refusal.value instanceof StoreError)
  return { tries, retryable: refusal._tag === "Some" && refusal.value.retryable }
})

it.effect("what passes is tried six times, what does not once", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* outcome(deadlock), { tries: 6, retryable: true })
    for (const code of ["53300", "57P01", "57P02", "57P03", "25006"]) {
      assert.deepStrictEqual(yield* outcome(failing(code)), { tries: 6, retryable: true }, code)
    }
    for (const code of ["42703", "23505", "22P02", "P0001"]) {
      assert.deepStrictEqual(yield* outcome(failing(code)), { tries: 1, retryable: false }, code)
    }
  })
)

it.live("whatever does not answer within the limit is a broken store, also where it is given up at once", () =>
  Effect.gen(function* () {
    const exit = yield* Effect.never.pipe(
      Store.guard("Sets.get"),
      Effect.provideService(Store.Limit, Duration.millis(5)),
      Effect.exit
    )
    const refusal = Option.getOrThrow(Exit.findErrorOption(exit))
    assert.instanceOf(refusal, StoreError)
    assert.isTrue(refusal.retryable)
  })
)

it.live("a session that the server ends is no failure", () =>
  Effect.gen(function* () {
    const url = yield* Database.fresh("empty")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ended = SqlClient.SqlClient.use(
        (other) => other`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'`
      ).pipe(Effect.provide(Pg.layer(url)))
      for (let i = 0; i < 5; i++) {
        yield* sql`select 1`
        yield* ended
        assert.deepStrictEqual(yield* sql`select 1 as one`.pipe(Store.guard("Sets.get")), [{ one: 1 }])
      }
    }).pipe(Effect.provide(Pg.layer(url, { applicationName: "doomed" })))
  }).pipe(Effect.scoped)
)

it.live("a server that is not there is worth another try, and says nothing of the password", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const refusal = yield* sql`select 1`.pipe(Store.guard("Sets.get"), Effect.flip)
    assert.isTrue(refusal.retryable)
    assert.notInclude(inspect(refusal, { depth: 20, showHidden: true }), "s3cret")
  }).pipe(Effect.provide(Pg.layer(Redacted.make("postgres://someone:s3cret@127.0.0.1:1/none"))))
)
