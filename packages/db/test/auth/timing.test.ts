import { Auth } from "@domainflow/core/auth/Auth"
import { Users } from "@domainflow/core/auth/Users"
import { freshEmail, manage, password, person } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Random, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../support/Database.ts"
import { elsewhere, layerOf, pepper } from "./bcrypted.ts"

const layer = layerOf(pepper("2", 2)).pipe(Layer.provideMerge(Database.layer))

const median = (of: ReadonlyArray<number>) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!

/**
 * Calls every kind once a round, each time in another order: 200 rounds, and on to 3,000 while the kinds are further apart
 * than 5 %. A call is compared with the others of its round, which the machine treated alike: what else runs on it evens out
 * over more rounds, and a difference that is really there does not.
 */
const alike = Effect.fnUntraced(function* <E, R, E2, R2, E3, R3>(
  kinds: Readonly<Record<string, (n: number) => Effect.Effect<unknown, E, R>>>,
  between: Effect.Effect<unknown, E2, R2>,
  /** After every call: what goes on behind an answer must not be counted to the next one. */
  settle: Effect.Effect<unknown, E3, R3>
) {
  const times = new Map(Object.keys(kinds).map((name) => [name, [] as number[]]))
  const ratios = new Map(Object.keys(kinds).map((name) => [name, [] as number[]]))
  const spread = () => {
    const medians = [...ratios.values()].map(median)
    return Math.max(...medians) / Math.min(...medians) - 1
  }
  let rounds = 0
  for (; rounds < 200 || (rounds < 3_000 && spread() > 0.05); rounds++) {
    if (rounds % 200 === 0) yield* between
    const round = new Map<string, number>()
    for (const [name, call] of yield* Random.shuffle(Object.entries(kinds))) {
      const begun = performance.now()
      yield* Effect.exit(call(rounds))
      round.set(name, performance.now() - begun)
      yield* settle
    }
    // The geometric mean: were it the median, each kind would often be its own measure, and small differences would not show.
    const typical = Math.exp([...round.values()].reduce((sum, ms) => sum + Math.log(ms), 0) / round.size)
    for (const [name, ms] of round) {
      times.get(name)?.push(ms)
      ratios.get(name)?.push(ms / typical)
    }
  }
  const seen = [...times].map(([name, of]) => `${name} ${median(of).toFixed(2)} ms`)
  const said = `${(spread() * 100).toFixed(1)} % apart over ${rounds} calls each: ${seen.join(", ")}`
  yield* Effect.logDebug(said)
  assert.isAtMost(spread(), 0.05, said)
})

const people = (count: number) => Effect.forEach(Array.from({ length: count }), () => person())
const forgetAttempts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`delete from auth.rate_limits`
  yield* sql`update auth.users set failed_login_attempts = 0, locked_until = null, consecutive_locks = 0 where not is_locked`
})

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("how long an answer takes", (it) => {
  it.effect(
    "unknown, wrong, locked and inactive take the same time, over 200 calls each",
    () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const users = yield* Users
        // So many that no account is tried as often as would lock or block it.
        const [wrong, locked, inactive] = [yield* people(50), yield* people(25), yield* people(25)]
        for (const { id } of locked) yield* users.lock(manage, id)
        for (const { id } of inactive) yield* users.deactivate(manage, id)
        const login = (email: string, typed = password) => auth.login({ email, password: typed, client: elsewhere() })
        const other = Redacted.make("something else entirely")

        yield* alike(
          {
            unknown: () => login(freshEmail()),
            wrong: (n) => login(wrong[n % 50]!.email, other),
            locked: (n) => login(locked[n % 25]!.email),
            inactive: (n) => login(inactive[n % 25]!.email)
          },
          forgetAttempts,
          Effect.void
        )
      }),
    900_000
  )

  it.effect(
    "so do requests for a reset, whether or not anybody has the address",
    () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const [known, inactive] = [yield* people(50), yield* people(50)]
        for (const { id } of inactive) yield* (yield* Users).deactivate(manage, id)
        const request = (email: string) => auth.requestReset(email, elsewhere())

        yield* alike(
          {
            unknown: () => request(freshEmail()),
            known: (n) => request(known[n % 50]!.email),
            inactive: (n) => request(inactive[n % 50]!.email)
          },
          forgetAttempts,
          // As long as the work behind an answer takes, on a busy machine too: another takes as many statements.
          Effect.andThen(
            Effect.suspend(() => request(freshEmail())),
            Effect.sleep(4)
          )
        )
      }),
    600_000
  )
})
