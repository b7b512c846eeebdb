import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Sessions as the functions of the schema see them, past all that is built on those. */

/** Who opens a session, or asks in its name. */
export interface Client {
  readonly ip: string | null
  readonly agent: string | null
  readonly screen?: string
}

export const home: Client = { ip: "192.0.2.7", agent: "Mozilla/5.0", screen: "1920x1080" }

/** What `auth.validate_session_security` says of a session. */
export interface Answer {
  readonly isValid: boolean
  readonly userId: string | null
  readonly securityFlags: Record<string, unknown>
  readonly permissions: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
}

/** A session of a new user with the role `viewer`; `idle` is how long ago it was active, an interval of SQL. */
export const open = Effect.fnUntraced(function* (client: Client, idle = "0") {
  const sql = yield* SqlClient.SqlClient
  const userId = yield* newUser
  yield* sql`insert into auth.user_roles (user_id, role_id) select ${userId}, id from auth.roles where name = 'viewer'`
  const id = crypto.randomUUID()
  yield* sql`
    insert into auth.sessions (id, user_id, ip_address, user_agent, screen_resolution, expires_at, last_activity_at)
    values (
      ${id}, ${userId}, ${client.ip}::inet, ${client.agent}, ${client.screen ?? null},
      now() at time zone 'utc' + interval '1 hour', now() at time zone 'utc' - ${idle}::interval
    )
  `
  return { id, userId }
})

/** What the function says when this client asks, and what it requires to be the same. */
export const validate = Effect.fnUntraced(function* (
  id: string,
  { ip, agent }: Client,
  require: { readonly ip?: boolean; readonly agent?: boolean } = {}
) {
  const sql = yield* SqlClient.SqlClient
  const answers = yield* sql<Answer>`
    select * from auth.validate_session_security(
      ${id}, ${ip}::inet, ${agent}, ${require.ip ?? false}, ${require.agent ?? false}
    )
  `
  assert.strictEqual(answers.length, 1)
  return answers[0]!
})

/** Seconds since the session was active. */
export const idleSeconds = Effect.fnUntraced(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ idle: number }>`
    select extract(epoch from now() at time zone 'utc' - last_activity_at)::float8 as idle from auth.sessions where id = ${id}
  `
  return row!.idle
})

const newUser = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [user] = yield* sql<{ id: string }>`
    insert into auth.users (email, password_hash, first_name, last_name)
    values (${crypto.randomUUID()}, '', '', '') returning id
  `
  return user!.id
})
