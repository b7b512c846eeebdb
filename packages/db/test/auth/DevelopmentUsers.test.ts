import { assert, layer } from "@effect/vitest"
import { verify } from "@node-rs/bcrypt"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { vi } from "vitest"
import { developmentUsers, seedDevelopmentUsers } from "../../src/auth/DevelopmentUsers.ts"
import * as Database from "../support/Database.ts"

layer(Database.layer)("development users", (it) => {
  it.effect("are refused in production", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      vi.stubEnv("NODE_ENV", "production")
      const refusal = yield* seedDevelopmentUsers.pipe(Effect.flip)
      vi.unstubAllEnvs()
      assert.strictEqual(refusal._tag, "DevelopmentUsersRefused")
      assert.deepStrictEqual(yield* sql`select email from auth.users`, [])
    })
  )

  it.effect("are the three of the schema, with the passwords everybody knows", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(
        yield* seedDevelopmentUsers,
        developmentUsers.map(({ email }) => email)
      )
      const users = yield* sql<{ email: string; passwordHash: string }>`
        select u.id, u.email, u.password_hash, u.must_change_password, r.name as role, u.password_pepper_version
        from auth.users u
        join auth.user_roles ur on ur.user_id = u.id
        join auth.roles r on r.id = ur.role_id
        order by u.id
      `
      assert.deepStrictEqual(
        users.map(({ passwordHash, ...user }) => user),
        developmentUsers.map(({ id, email, mustChangePassword, role }) => ({
          id,
          email,
          mustChangePassword,
          role,
          passwordPepperVersion: 0
        }))
      )
      for (const [index, { password }] of developmentUsers.entries()) {
        assert.isTrue(yield* Effect.promise(() => verify(password, users[index]!.passwordHash)))
      }
    })
  )

  it.effect("are added only where they are missing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`update auth.users set password_hash = 'changed' where email = ${developmentUsers[0].email}`
      yield* sql`delete from auth.users where email = ${developmentUsers[1].email}`

      assert.deepStrictEqual(yield* seedDevelopmentUsers, [developmentUsers[1].email])
      assert.deepStrictEqual(yield* seedDevelopmentUsers, [])
      assert.deepStrictEqual(yield* sql`select email from auth.users where password_hash = 'changed'`, [
        { email: developmentUsers[0].email }
      ])
    })
  )
})
