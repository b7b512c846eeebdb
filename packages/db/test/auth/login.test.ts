import { Auth } from "@domainflow/core/auth/Auth"
import { Courier } from "@domainflow/core/auth/Courier"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { fingerprints } from "@domainflow/core/auth/Fingerprints"
import { Sessions } from "@domainflow/core/auth/Sessions"
import { Users } from "@domainflow/core/auth/Users"
import * as KeyRing from "@domainflow/core/KeyRing"
import { client, freshEmail, manage, opened, password, person, roles } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { hash as bcrypt, parseOptions } from "@node-rs/bcrypt"
import { Effect, Layer, Random, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Bcrypt from "../../src/auth/Bcrypt.ts"
import * as Database from "../support/Database.ts"

/** 2^8 rounds, a dozen milliseconds: what the database does is small beside it, as it is beside the real cost. */
const cost = 8
const pepper = (id: string, fill: number): KeyRing.Key => ({ id, bytes: Redacted.make(new Uint8Array(48).fill(fill)) })
const layerOf = (...keys: [KeyRing.Key, ...Array<KeyRing.Key>]) =>
  Auth.layer().pipe(
    Layer.provideMerge(
      Layer.mergeAll(Accounts.ports, Bcrypt.layer({ peppers: KeyRing.make(keys), cost }), Courier.layerMemory)
    )
  )
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

let hosts = 0
const elsewhere = () => ({ ...client, ip: `10.1.${(++hosts >> 8) & 255}.${hosts & 255}` })
const people = (count: number) => Effect.forEach(Array.from({ length: count }), () => person())
const forgetAttempts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`delete from auth.rate_limits`
  yield* sql`update auth.users set failed_login_attempts = 0, locked_until = null, consecutive_locks = 0 where not is_locked`
})

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("login over bcrypt", (it) => {
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

  it.effect("rows of an existing database log in without a pepper, and have one from then on", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const credentials = yield* Credentials
      const auth = yield* Auth
      const { id } = yield* person()
      const hash = yield* Effect.promise(() => bcrypt("user123!", { cost: 5 }))
      // As another program left it: no pepper, the column's default version, capitals in the address.
      yield* sql`
        update auth.users set email = 'Old.User@Example.org', password_hash = ${hash}, password_pepper_version = 1
        where id = ${id}
      `
      const login = auth.login({
        email: "old.user@example.org",
        password: Redacted.make("user123!"),
        client: elsewhere()
      })

      yield* login
      const upgraded = (yield* credentials.get(id))!
      assert.strictEqual(upgraded.passwordPepperVersion, 2)
      assert.strictEqual(parseOptions(Redacted.value(upgraded.passwordHash)).cost, cost)
      yield* login
      assert.strictEqual(
        Redacted.value((yield* credentials.get(id))!.passwordHash),
        Redacted.value(upgraded.passwordHash)
      )
    })
  )

  it.effect("however often an account was locked, the next lock is a day", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const credentials = yield* Credentials
      const { id } = yield* person()
      yield* sql`update auth.users set consecutive_locks = 2000000000 where id = ${id}`
      for (let n = 0; n < 5; n++)
        yield* credentials.failed({ userId: id, fault: "wrong password", deviceId: null, client })
      const [{ hours } = {}] = yield* sql`
        select round(extract(epoch from locked_until - now() at time zone 'utc') / 3600)::int as hours
        from auth.users where id = ${id}
      `
      assert.strictEqual(hours, 24)
    })
  )

  it.effect("a new pepper takes over at the next login, and the old one is not needed then", () =>
    Effect.gen(function* () {
      const { email, id } = yield* person()
      const login = Effect.gen(function* () {
        return yield* (yield* Auth).login({ email, password, client: elsewhere() })
      })
      const rotated = layerOf(pepper("3", 3), pepper("2", 2))
      const retired = layerOf(pepper("3", 3))

      yield* login
      assert.strictEqual(
        (yield* Effect.flip(login.pipe(Effect.provide(retired, { local: true }))))._tag,
        "InvalidCredentials"
      )
      yield* login.pipe(Effect.provide(rotated, { local: true }))
      assert.strictEqual((yield* (yield* Credentials).get(id))?.passwordPepperVersion, 3)
      yield* login.pipe(Effect.provide(retired, { local: true }))
    })
  )

  it.effect("the fingerprints of a session are the trigger's, for every kind of client", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      const { id: userId } = yield* person({ roles: roles("user") })
      for (const ip of ["192.0.2.7", "2001:db8::7", "::1", null])
        for (const userAgent of ["Firefox/140", "Ünïcode | agent 🦊", "", null])
          for (const screenResolution of ["1920x1080", "", null]) {
            const from = { ip, userAgent, screenResolution }
            const { id } = yield* opened(userId, from)
            const [row] = yield* sql`
              select user_agent_hash, session_fingerprint, browser_fingerprint from auth.sessions where id = ${id}
            `
            assert.deepStrictEqual(row, yield* fingerprints(from), JSON.stringify(from))
            // With a mask or not, the same address is the same client.
            const [masked] = yield* sql`
              select is_valid from auth.validate_session_security(${id}, ${ip === null ? null : `${ip}/24`}::inet, ${userAgent})
            `
            assert.deepStrictEqual(masked, { isValid: true })
            assert.isTrue((yield* sessions.validate(id, from, { ip: true, userAgent: true })).isValid)
          }
    })
  )
})
