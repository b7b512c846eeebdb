import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../support/Database.ts"
import { type Answer, home, idleSeconds, open, validate } from "./sessions.ts"

const notFound: Answer = {
  isValid: false,
  userId: null,
  securityFlags: { error: "session_not_found" },
  permissions: [],
  roles: []
}

layer(Database.layer)("session functions", (it) => {
  it.effect("29 minutes of silence are none", () =>
    Effect.gen(function* () {
      const { id } = yield* open(home, "29 minutes")
      assert.isTrue((yield* validate(id, home)).isValid)
    })
  )

  it.effect("activity is written down at most once a minute", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const version = (id: string) => sql`select xmin::text, last_activity_at from auth.sessions where id = ${id}`
      const { id } = yield* open(home, "61 seconds")

      const before = yield* version(id)
      yield* validate(id, home)
      const touched = yield* version(id)
      assert.notDeepEqual(touched, before)
      assert.isBelow(yield* idleSeconds(id), 30)

      yield* validate(id, home)
      yield* validate(id, home)
      assert.deepStrictEqual(yield* version(id), touched)
    })
  )

  const gone: ReadonlyArray<readonly [string, string]> = [
    ["ended", "update auth.sessions set is_active = false"],
    ["never active", "update auth.sessions set is_active = null"],
    ["expired", "update auth.sessions set expires_at = now() at time zone 'utc' - interval '1 second'"],
    ["of an inactive user", "update auth.users set is_active = false"],
    ["of a user locked for good", "update auth.users set is_locked = true"],
    [
      "of a user locked for a while",
      "update auth.users set is_locked = true, locked_until = now() at time zone 'utc' + interval '1 minute'"
    ]
  ]
  for (const [what, statement] of gone) {
    it.effect(`a session ${what} is not found`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { id, userId } = yield* open(home, "5 minutes")
        yield* sql.unsafe(`${statement} where ${statement.includes("auth.users") ? "id" : "user_id"} = $1::uuid`, [
          userId
        ])

        assert.deepStrictEqual(yield* validate(id, home), notFound)
        assert.isAtLeast(yield* idleSeconds(id), 299)
      })
    )
  }

  it.effect("a user who never was said to be active is, as everywhere else", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { id, userId } = yield* open(home)
      yield* sql`update auth.users set is_active = null where id = ${userId}`
      assert.isTrue((yield* validate(id, home)).isValid)
    })
  )

  it.effect("a session nobody opened is not found", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* validate("nobody's", home), notFound)
    })
  )

  it.effect("a lock that has ended does not lock", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { id, userId } = yield* open(home)
      yield* sql`
        update auth.users set is_locked = true, locked_until = now() at time zone 'utc' - interval '1 second'
        where id = ${userId}
      `
      assert.isTrue((yield* validate(id, home)).isValid)
    })
  )

  it.effect("roles that have expired give nothing; several give their rights once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { id, userId } = yield* open(home)
      yield* sql`
        insert into auth.user_roles (user_id, role_id, expires_at)
        select ${userId}, id, now() at time zone 'utc' + case name when 'user' then 1 else -1 end * interval '1 minute'
        from auth.roles where name in ('user', 'super_admin')
      `
      const { permissions, roles } = yield* validate(id, home)
      assert.deepStrictEqual(roles, ["user", "viewer"])
      assert.deepStrictEqual(permissions, [
        "campaigns:create",
        "campaigns:execute",
        "campaigns:read",
        "campaigns:update",
        "personas:read",
        "proxies:read"
      ])
      yield* sql`delete from auth.user_roles where user_id = ${userId}`
      assert.deepStrictEqual(yield* validate(id, home), {
        isValid: true,
        userId,
        securityFlags: {},
        permissions: [],
        roles: []
      })
    })
  )

  it.effect("the zone of a session changes nothing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.gen(function* () {
        yield* sql`set local time zone 'Pacific/Kiritimati'`
        const { id, userId } = yield* open(home, "29 minutes")
        assert.isTrue((yield* validate(id, home)).isValid)
        assert.isBelow(yield* idleSeconds(id), 1)

        yield* sql`update auth.users set first_name = 'x' where id = ${userId}`
        const [user] = yield* sql`
          select updated_at = now() at time zone 'utc' as utc from auth.users where id = ${userId}
        `
        assert.deepStrictEqual(user, { utc: true })
      }).pipe(sql.withTransaction)
    })
  )

  it.effect("cleaning up removes what has expired or ended, and counts it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`delete from auth.sessions`
      const [alive, expired, ended] = [yield* open(home), yield* open(home), yield* open(home, "2 hours")]
      yield* sql`update auth.sessions set expires_at = now() at time zone 'utc' where id = ${expired.id}`
      yield* sql`update auth.sessions set is_active = false where id = ${ended.id}`

      assert.deepStrictEqual(yield* sql`select auth.cleanup_expired_sessions() as removed`, [{ removed: 2 }])
      assert.deepStrictEqual(yield* sql`select id from auth.sessions`, [{ id: alive.id }])
      assert.deepStrictEqual(yield* sql`select auth.cleanup_expired_sessions() as removed`, [{ removed: 0 }])
    })
  )
})
