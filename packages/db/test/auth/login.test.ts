import { Auth } from "@domainflow/core/auth/Auth"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { fingerprints } from "@domainflow/core/auth/Fingerprints"
import { Sessions } from "@domainflow/core/auth/Sessions"
import { client, opened, password, person, roles } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { hash as bcrypt, parseOptions } from "@node-rs/bcrypt"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../support/Database.ts"
import { cost, elsewhere, layerOf, pepper } from "./bcrypted.ts"

const layer = layerOf(pepper("2", 2)).pipe(Layer.provideMerge(Database.layer))

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("login over bcrypt", (it) => {
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
