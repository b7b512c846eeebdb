import { hash } from "@node-rs/bcrypt"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"

/** Somebody asked for users whose passwords everybody knows, in production. */
export class DevelopmentUsersRefused extends Schema.TaggedError<DevelopmentUsersRefused>()("DevelopmentUsersRefused", {
  message: Schema.String
}) {}

/** The three users of the schema, with their documented passwords. */
export const developmentUsers = [
  {
    id: "00000000-0000-0000-0000-000000000001",
    email: "admin@domainflow.local",
    password: "TempPassword123!",
    role: "super_admin",
    name: ["System", "Administrator"],
    mustChangePassword: true
  },
  {
    id: "00000000-0000-0000-0000-000000000002",
    email: "user@domainflow.com",
    password: "user123!",
    role: "user",
    name: ["Standard", "User"],
    mustChangePassword: false
  },
  {
    id: "00000000-0000-0000-0000-000000000003",
    email: "dbadmin@domainflow.local",
    password: "dbpassword123!",
    role: "super_admin",
    name: ["Database", "Administrator"],
    mustChangePassword: false
  }
] as const

/**
 * Adds the development users that are missing, and answers their e-mail addresses. Users that exist keep everything,
 * their password and roles included.
 *
 * Refuses where NODE_ENV is `production`.
 */
export const seedDevelopmentUsers = Effect.gen(function* () {
  if (process.env["NODE_ENV"] === "production") {
    return yield* new DevelopmentUsersRefused({
      message: "The development users have documented passwords: they are not added where NODE_ENV is production."
    })
  }
  const sql = yield* SqlClient.SqlClient
  const existing = yield* sql<{ email: string }>`
    select email from auth.users
    where email in ${sql.in(developmentUsers.map((user) => user.email))}
  `
  const missing = developmentUsers.filter((user) => !existing.some(({ email }) => email === user.email))
  const added = yield* Effect.forEach(missing, (user) =>
    Effect.gen(function* () {
      const passwordHash = yield* Effect.promise(() => hash(user.password, { cost }))
      // One statement: a user never stands without a role. Nobody is assigned a role here to whom it was revoked.
      const rows = yield* sql`
        with added as (
          insert into auth.users
            (id, email, email_verified, password_hash, password_pepper_version, first_name, last_name, must_change_password)
          values (
            ${user.id}, ${user.email}, true, ${passwordHash}, ${unpeppered},
            ${user.name[0]}, ${user.name[1]}, ${user.mustChangePassword}
          )
          on conflict do nothing
          returning id
        )
        insert into auth.user_roles (user_id, role_id)
        select added.id, r.id from added, auth.roles r where r.name = ${user.role}
        returning user_id
      `
      return rows.length === 0 ? [] : [user.email]
    })
  )
  return added.flat()
})

/** bcrypt's logarithm of rounds, the one that logins are measured by. */
const cost = 12

/** No key ring has a key of this version, so the hash is over the password alone and documented passwords verify. */
const unpeppered = 0
