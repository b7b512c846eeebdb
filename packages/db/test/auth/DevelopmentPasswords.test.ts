import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Auth } from "@domainflow/core/auth/Auth"
import { Courier } from "@domainflow/core/auth/Courier"
import { client } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { hash as bcrypt } from "@node-rs/bcrypt"
import { ConfigProvider, Effect, Layer, Logger, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { vi } from "vitest"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Database from "../support/Database.ts"

const configured = (environment: string, settings: Record<string, string> = {}) => {
  const peppers = `2:${Buffer.alloc(32, 2).toString("base64")}`
  const config = ConfigProvider.layer(ConfigProvider.fromUnknown({ DOMAINFLOW_PEPPERS: peppers, ...settings }))
  const warnings: Array<string> = []
  const starting = Effect.suspend(() => {
    vi.stubEnv("NODE_ENV", environment)
    return Layer.build(Accounts.layer().pipe(Layer.provide([Courier.layerMemory, config])))
  }).pipe(
    Effect.ensuring(Effect.sync(() => vi.unstubAllEnvs())),
    Effect.scoped,
    Effect.provide(Logger.layer([Logger.make(({ message }) => warnings.push(`${message}`))]))
  )
  return { starting, warnings }
}

/** As the documentation has it; hashed cheaply, for the test's sake. */
const add = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const hash = yield* Effect.promise(() => bcrypt("user123!", { cost: 4 }))
  yield* sql`
    insert into auth.users (email, password_hash, first_name, last_name) values ('user@domainflow.com', ${hash}, 'A', 'B')
  `
})

it.layer(Database.layer, { excludeTestServices: true })("starting with accounts", (it) => {
  it.effect("migrations make no user, and nothing keeps production from starting", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`select * from auth.users`, [])
      yield* configured("production").starting
    })
  )

  it.effect("production does not start while a documented password works; elsewhere there is a warning", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* add

      const refused = yield* Effect.flip(configured("production").starting)
      assert.strictEqual((refused as { _tag?: string })._tag, "DevelopmentPasswordWorks")
      assert.include(`${refused.message}`, "user@domainflow.com")
      assert.notInclude(`${refused.message}`, "user123!")
      const { starting, warnings } = configured("development")
      yield* starting
      assert.isTrue(warnings.some((warning) => warning.includes("user@domainflow.com")))

      yield* sql`update auth.users set id = '00000000-0000-0000-0000-000000000002', email = 'renamed@example.org'`
      assert.match(`${(yield* Effect.flip(configured("production").starting)).message}`, /works/)
      yield* sql`update auth.users set is_active = false`
      yield* configured("production").starting
    })
  )

  it.effect("the password that was changed, or given a pepper, is checked as it is stored now", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`delete from auth.users`
      yield* add
      yield* Effect.gen(function* () {
        yield* (yield* Auth).login({ email: "user@domainflow.com", password: Redacted.make("user123!"), client })
      }).pipe(
        Effect.provide(
          Accounts.layer().pipe(
            Layer.provide([
              Courier.layerMemory,
              ConfigProvider.layer(
                ConfigProvider.fromUnknown({ DOMAINFLOW_PEPPERS: `2:${Buffer.alloc(32, 2).toString("base64")}` })
              )
            ])
          )
        )
      )
      const [upgraded] = yield* sql`select password_pepper_version as version from auth.users`
      assert.deepStrictEqual(upgraded, { version: 2 })
      assert.match(`${(yield* Effect.flip(configured("production").starting)).message}`, /works/)
      yield* sql`update auth.users set password_hash = ${yield* Effect.promise(() => bcrypt("another", { cost: 4 }))}`
      yield* configured("production").starting
    })
  )

  it.effect("trails are sealed where there are keys, and a warning says so where there are none", () =>
    Effect.gen(function* () {
      const { starting, warnings } = configured("development")
      yield* starting
      assert.isTrue(warnings.some((warning) => warning.includes("DOMAINFLOW_AUDIT_KEYS")))
      const sealed = configured("development", { DOMAINFLOW_AUDIT_KEYS: `a:${Buffer.alloc(32, 3).toString("base64")}` })
      const context = yield* sealed.starting
      assert.deepStrictEqual(sealed.warnings, [])
      const log = yield* Effect.provide(AuditLog, context)
      assert.deepStrictEqual((yield* log.verify()).findings, [])
    })
  )
})
