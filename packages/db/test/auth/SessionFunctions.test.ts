import { createHash } from "node:crypto"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../support/Database.ts"

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

interface Client {
  readonly ip: string | null
  readonly agent: string | null
  readonly screen?: string
}

const home: Client = { ip: "192.0.2.7", agent: "Mozilla/5.0", screen: "1920x1080" }

interface Answer {
  readonly isValid: boolean
  readonly userId: string | null
  readonly securityFlags: Record<string, unknown>
  readonly permissions: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
}

const newUser = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [user] = yield* sql<{ id: string }>`
    insert into auth.users (email, password_hash, first_name, last_name)
    values (${crypto.randomUUID()}, '', '', '') returning id
  `
  return user!.id
})

/** A session of a new user with the role `viewer`; `idle` is how long ago it was active, an interval of SQL. */
const open = Effect.fnUntraced(function* (client: Client, idle = "0") {
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

const validate = Effect.fnUntraced(function* (
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
const idleSeconds = Effect.fnUntraced(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ idle: number }>`
    select extract(epoch from now() at time zone 'utc' - last_activity_at)::float8 as idle from auth.sessions where id = ${id}
  `
  return row!.idle
})

const notFound: Answer = {
  isValid: false,
  userId: null,
  securityFlags: { error: "session_not_found" },
  permissions: [],
  roles: []
}

layer(Database.layer)("session functions", (it) => {
  it.effect("hashes come from the client, whatever a writer says", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const hashes = (id: string) => sql`
        select session_fingerprint, user_agent_hash, browser_fingerprint from auth.sessions where id = ${id}
      `
      const { id } = yield* open({ ...home, ip: "192.0.2.7/24" })
      const expected = {
        sessionFingerprint: sha256("192.0.2.7|Mozilla/5.0|1920x1080"),
        userAgentHash: sha256("Mozilla/5.0"),
        browserFingerprint: sha256("Mozilla/5.0|1920x1080")
      }
      assert.deepStrictEqual(yield* hashes(id), [expected])

      yield* sql`update auth.sessions set session_fingerprint = 'forged', user_agent_hash = 'forged' where id = ${id}`
      assert.deepStrictEqual(yield* hashes(id), [expected])

      yield* sql`update auth.sessions set user_agent = 'Ünïcode', screen_resolution = null where id = ${id}`
      assert.deepStrictEqual(yield* hashes(id), [
        {
          sessionFingerprint: sha256("192.0.2.7|Ünïcode|"),
          userAgentHash: sha256("Ünïcode"),
          browserFingerprint: sha256("Ünïcode|")
        }
      ])

      const { id: unknown } = yield* open({ ip: null, agent: null })
      assert.deepStrictEqual(yield* hashes(unknown), [
        { sessionFingerprint: null, userAgentHash: null, browserFingerprint: null }
      ])
    })
  )

  const clients: ReadonlyArray<Client> = [
    home,
    { ip: "192.0.2.7", agent: "Mozilla/5.0" },
    { ip: "2001:db8::7", agent: "Mozilla/5.0", screen: "1920x1080" },
    { ip: "2001:db8:0:0::7", agent: "Mozilla/5.0" },
    { ip: "10.0.0.1", agent: "" }
  ]
  for (const client of clients) {
    it.effect(`the same client is valid: ${JSON.stringify(client)}`, () =>
      Effect.gen(function* () {
        const { id, userId } = yield* open(client)
        assert.deepStrictEqual(yield* validate(id, client, { ip: true, agent: true }), {
          isValid: true,
          userId,
          securityFlags: {},
          permissions: ["campaigns:read", "personas:read", "proxies:read"],
          roles: ["viewer"]
        })
      })
    )
  }

  const elsewhere = { ...home, ip: "192.0.2.8" }
  const otherwise = { ...home, agent: "curl" }
  const nowhere: Client = { ip: null, agent: null }
  /** A session of which too little is known for a fingerprint. */
  const halfKnown: Client = { ip: "192.0.2.7", agent: null }
  const refusals: ReadonlyArray<
    readonly [what: string, of: Client, by: Client, idle: string, require: Parameters<typeof validate>[2], string]
  > = [
    ["another address", home, elsewhere, "0", {}, "fingerprint_mismatch"],
    ["another address, where it matters", home, elsewhere, "0", { ip: true }, "fingerprint_mismatch ip_mismatch"],
    ["another agent", home, otherwise, "0", {}, "fingerprint_mismatch"],
    [
      "another agent, where it matters",
      home,
      otherwise,
      "0",
      { agent: true },
      "fingerprint_mismatch user_agent_mismatch"
    ],
    ["a client that tells nothing", home, nowhere, "0", {}, "fingerprint_mismatch"],
    [
      "everything at once",
      home,
      nowhere,
      "31 minutes",
      { ip: true, agent: true },
      "fingerprint_mismatch idle_timeout ip_mismatch user_agent_mismatch"
    ],
    ["half an hour of silence", home, home, "31 minutes", {}, "idle_timeout"],
    ["another address alone", halfKnown, { ip: "192.0.2.8", agent: null }, "0", { ip: true }, "ip_mismatch"],
    ["another agent alone", halfKnown, { ip: "192.0.2.7", agent: "curl" }, "0", { agent: true }, "user_agent_mismatch"],
    [
      "another address and agent without a fingerprint",
      halfKnown,
      { ip: null, agent: "curl" },
      "31 minutes",
      { ip: true, agent: true },
      "idle_timeout ip_mismatch user_agent_mismatch"
    ]
  ]
  for (const [what, of, by, idle, require, flags] of refusals) {
    it.effect(`${what} is refused and not taken for activity`, () =>
      Effect.gen(function* () {
        const { id, userId } = yield* open(of, idle === "0" ? "5 minutes" : idle)
        const before = yield* idleSeconds(id)
        const answer = yield* validate(id, by, require)

        assert.deepStrictEqual(answer, {
          isValid: false,
          userId,
          securityFlags: Object.fromEntries(flags.split(" ").map((flag) => [flag, true])),
          permissions: [],
          roles: []
        })
        assert.isAtLeast(yield* idleSeconds(id), before)
      })
    )
  }

  const all = ["ip_mismatch", "user_agent_mismatch", "fingerprint_mismatch", "idle_timeout"] as const
  for (let subset = 0; subset < 2 ** all.length; subset++) {
    const flags = all.filter((_, bit) => (subset & (1 << bit)) !== 0)
    it.effect(`${flags.join(", ") || "no flag"} can stand alone`, () =>
      Effect.gen(function* () {
        const raised = (flag: (typeof all)[number]) => flags.includes(flag)
        // A session without an agent has no fingerprint, so that other flags can be raised without that one.
        const of = raised("fingerprint_mismatch") ? home : halfKnown
        const isElsewhere = raised("ip_mismatch") || (raised("fingerprint_mismatch") && !raised("user_agent_mismatch"))
        const by = {
          ip: isElsewhere ? "192.0.2.8" : of.ip,
          agent: raised("user_agent_mismatch") ? "curl" : of.agent
        }
        const { id } = yield* open(of, raised("idle_timeout") ? "31 minutes" : "0")
        const require = { ip: raised("ip_mismatch"), agent: raised("user_agent_mismatch") }
        const { isValid, securityFlags } = yield* validate(id, by, require)
        assert.deepStrictEqual(Object.keys(securityFlags).sort(), flags.toSorted())
        assert.strictEqual(isValid, flags.length === 0)
      })
    )
  }

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
