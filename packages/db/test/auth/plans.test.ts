import { Credentials } from "@domainflow/core/auth/Credentials"
import { PasswordResets } from "@domainflow/core/auth/PasswordResets"
import { Sessions } from "@domainflow/core/auth/Sessions"
import * as Token from "@domainflow/core/auth/Token"
import { client, opened, person, roles } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { layer } from "./support.ts"

/** Enough that reading all of them instead of one would be felt, and that the planner knows it. */
const accounts = 5_000

const crowd = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into auth.users (email, password_hash, first_name, last_name)
    select 'crowd' || n || '@example.org', '', 'A', 'B' from generate_series(1, ${accounts}::int) n
  `
  yield* sql`
    insert into auth.sessions (id, user_id, ip_address, user_agent, expires_at)
    select id::text, id, '192.0.2.1', 'x', now() + interval '1 hour' from auth.users
  `
  yield* sql`
    insert into auth.user_roles (user_id, role_id)
    select u.id, r.id from auth.users u, auth.roles r where r.name = 'user' on conflict do nothing
  `
  yield* sql`
    insert into auth.password_reset_tokens (user_id, token_hash, expires_at)
    select id, id::text, now() + interval '1 hour' from auth.users
  `
  for (const table of ["users", "sessions", "user_roles", "password_reset_tokens"])
    yield* sql`analyze auth.${sql(table)}`
})

/** How often each table was read from end to end by what was done, on one connection. */
const readWhole = <A, E, R>(act: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const scans = sql<{ relname: string; seqScan: bigint }>`
      select relname, seq_scan from pg_stat_xact_user_tables
      where schemaname = 'auth' and relname in ('users', 'sessions', 'user_roles', 'password_reset_tokens')
      order by relname
    `
    const before = yield* scans
    yield* act
    return (yield* scans).flatMap(({ relname, seqScan }, n) => (seqScan > before[n]!.seqScan ? [relname] : []))
  }).pipe((reading) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(reading)))

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("among five thousand accounts", (it) => {
  it.effect("nothing that a request or a stranger asks reads a whole table", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [credentials, resets, sessions] = [yield* Credentials, yield* PasswordResets, yield* Sessions]
      yield* crowd
      const { email, id: userId } = yield* person({ roles: roles("user") })
      const { id } = yield* opened(userId)
      const { hash } = yield* Token.mint
      const asked = {
        "a request": sessions.validate(id, client, { ip: true, userAgent: true }),
        "a login": credentials.find(email, null),
        "a failed login": credentials.failed({ userId, fault: "wrong password", deviceId: null, client }),
        "a link asked for": resets.offer(email, hash, client),
        "a link that came": resets.find(hash),
        "a verification": credentials.verify(hash),
        "the sessions of somebody": sessions.of(userId)
      }

      assert.deepStrictEqual(yield* readWhole(sql`select count(*) from auth.sessions where user_agent = 'y'`), [
        "sessions"
      ])
      // More than the five times after which a plan is made for good.
      for (const [what, ask] of Object.entries<Effect.Effect<unknown, unknown>>(asked))
        for (let n = 0; n < 7; n++) assert.deepStrictEqual(yield* readWhole(ask), [], what)
    })
  )
})
