import { createHash } from "node:crypto"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Database from "../support/Database.ts"
import { type Client, home, idleSeconds, open, validate } from "./sessions.ts"

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

layer(Database.layer)("fingerprints of sessions", (it) => {
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
})
