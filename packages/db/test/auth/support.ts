import { Auth } from "@domainflow/core/auth/Auth"
import { Courier } from "@domainflow/core/auth/Courier"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { Elapse } from "@domainflow/core/testing/authFixture"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Database from "../support/Database.ts"

/** Everything that happened moves back in time, which is how a database that has its own clock sees time pass. */
export const elapse = Layer.effect(
  Elapse,
  Effect.map(
    SqlClient.SqlClient,
    (sql) => (time) =>
      sql
        .withTransaction(
          Effect.forEach(
            columns,
            ([table, names]) => {
              const by = Duration.toSeconds(time)
              const set = names.map((name) => sql`${sql(name)} = ${sql(name)} - ${by} * interval '1 second'`)
              return sql`update ${sql(table)} set ${sql.csv(set)}`
            },
            { discard: true }
          )
        )
        .pipe(Effect.orDie)
  )
)

const columns = [
  ["auth.users", ["email_verification_expires_at", "locked_until", "created_at", "last_login_at"]],
  ["auth.sessions", ["expires_at", "last_activity_at", "created_at", "rotated_at"]],
  ["auth.user_roles", ["expires_at", "assigned_at"]],
  ["auth.password_reset_tokens", ["expires_at", "used_at", "created_at"]],
  ["auth.rate_limits", ["window_start", "blocked_until"]],
  ["auth.known_devices", ["last_used_at"]]
] as const

/** The ports of accounts on whatever database there is, and passwords that cost nothing. */
export const onDatabase = Auth.layer().pipe(
  Layer.provideMerge(Layer.mergeAll(Accounts.ports, PasswordHasher.layerMemory, Courier.layerMemory, elapse))
)

/** The same on a database of one's own. */
export const layer = onDatabase.pipe(Layer.provideMerge(Database.layer))
