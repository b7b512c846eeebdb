import { AuditLog } from "@domainflow/core/audit/AuditLog"
import * as Chain from "@domainflow/core/audit/Chain"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { unknown } from "@domainflow/core/auth/Client"
import { Users } from "@domainflow/core/auth/Users"
import * as Ids from "@domainflow/core/Ids"
import * as KeyRing from "@domainflow/core/KeyRing"
import { manage, person } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLogLayer from "../../src/audit/AuditLog.ts"
import * as Accounts from "../../src/auth/Accounts.ts"
import { layer as accounts } from "../auth/support.ts"
import * as Database from "../support/Database.ts"

const key = (id: string, fill: number): KeyRing.Key => ({ id, bytes: Redacted.make(new Uint8Array(32).fill(fill)) })
const keys = (...of: [KeyRing.Key, ...Array<KeyRing.Key>]) => Layer.succeed(Chain.AuditKeys, KeyRing.make(of))
const sealed = accounts.pipe(Layer.provide(keys(key("k1", 1))))
const trails = [
  { log: AuditLog, entries: "audit_logs", seals: "audit_logs_seals", text: "action" },
  { log: AuthLog, entries: "auth.auth_audit_log", seals: "auth.auth_audit_log_seals", text: "event_status" }
] as const
type Trail = (typeof trails)[number]

/** Twelve lines in each trail, by twelve at once. */
const fill = Effect.gen(function* () {
  const audit = yield* AuditLog
  const auth = yield* AuthLog
  const entityId = yield* Ids.one
  yield* Effect.forEach(
    Array.from({ length: 12 }, (_, n) => n),
    (n) =>
      Effect.andThen(
        audit.append({ action: "campaign.updated", entityId, details: { z: n, a: [1.5, "ü", null], 10: true } }),
        auth.append({
          eventType: "login",
          eventStatus: "failure",
          userId: null,
          client: { ...unknown, ip: "2001:DB8::1", userAgent: "x" },
          details: { n },
          riskScore: n
        })
      ),
    { concurrency: "unbounded" }
  )
})

const kinds = Effect.fnUntraced(function* (trail: Trail, checkpoint: Chain.Checkpoint | null = null) {
  const { findings } = yield* (yield* trail.log).verify(checkpoint)
  return findings.map(({ kind, seq }) => `${kind}${seq === null ? "" : ` ${seq}`}`)
})

/** Does something to a database that nobody may do, looks, and undoes it. */
const tampered = <A, E, R, R2>(tamper: Effect.Effect<unknown, unknown, R2>, look: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const seen = yield* Effect.flip(
      sql.withTransaction(
        Effect.flatMap(Effect.orDie(tamper), () => Effect.flatMap(look, (answer) => Effect.fail({ answer })))
      )
    )
    return (seen as { readonly answer: A }).answer
  })

it.layer(sealed, { timeout: "60 seconds" })("a sealed trail", (it) => {
  it.effect("a hundred lines at once make one chain without a fork, and it verifies", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.forEach(Array.from({ length: 9 }), () => fill, { concurrency: "unbounded" })
      for (const trail of trails) {
        assert.deepStrictEqual(yield* kinds(trail), [])
        const [seals] = yield* sql`
          select count(*) >= 108 as all, count(*) = max(seq) as unbroken, min(seq) = 1 as whole from ${sql(trail.seals)}
        `
        assert.deepStrictEqual(seals, { all: true, unbroken: true, whole: true })
      }
    })
  )

  it.effect("any edit of any column is found, in its place", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* fill
      for (const trail of trails) {
        const [schema, table] = trail.entries.includes(".") ? trail.entries.split(".") : ["public", trail.entries]
        const columns = yield* sql<{ name: string; type: string }>`
          select column_name as name, data_type as type from information_schema.columns
          where table_schema = ${schema} and table_name = ${table} and column_name not in ('id', 'user_id')
        `
        assert.isAtLeast(columns.length, 8)
        for (const { name, type } of columns) {
          const value = new Map([
            ["uuid", sql`gen_random_uuid()`],
            ["jsonb", sql`'{"forged": true}'`],
            ["inet", sql`'203.0.113.9'`],
            ["integer", sql`99`],
            ["timestamp with time zone", sql`"timestamp" - interval '1 millisecond'`],
            ["timestamp without time zone", sql`created_at + interval '1 millisecond'`]
          ]).get(type)
          const edit = sql`
            update ${sql(trail.entries)} set ${sql(name)} = ${value ?? sql`'forged'`}
            where id = (select entry_id from ${sql(trail.seals)} where seq = 5)
          `
          assert.deepStrictEqual(yield* tampered(edit, kinds(trail)), ["edited 5"], `${trail.entries}.${name}`)
        }
      }
    })
  )

  it.effect("lines that were deleted, swapped, forged or moved are found", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* fill
      for (const trail of trails) {
        const [entries, seals, text] = [sql(trail.entries), sql(trail.seals), sql(trail.text)]
        const entry = (seq: number) => sql`(select entry_id from ${seals} where seq = ${seq})`
        const columns = sql.literal(trail.entries === "audit_logs" ? "action" : "event_type, event_status")
        const values = sql.literal(trail.entries === "audit_logs" ? "'user.updated'" : "'login', 'success'")
        const look = kinds(trail)

        assert.deepStrictEqual(yield* tampered(sql`delete from ${entries} where id = ${entry(4)}`, look), ["deleted 4"])
        assert.deepStrictEqual(
          yield* tampered(
            Effect.andThen(sql`delete from ${entries} where id = ${entry(4)}`, sql`delete from ${seals} where seq = 4`),
            look
          ),
          ["missing 4", "edited 5"]
        )
        // The number is given to the next seal, so that no gap is left.
        assert.isNotEmpty(
          yield* tampered(
            Effect.andThen(sql`delete from ${seals} where seq = 4`, sql`update ${seals} set seq = 4 where seq = 5`),
            look
          )
        )
        assert.deepStrictEqual(
          yield* tampered(
            Effect.gen(function* () {
              yield* sql`update ${seals} set seq = -1 where seq = 3`
              yield* sql`update ${seals} set seq = 3 where seq = 7`
              yield* sql`update ${seals} set seq = 7 where seq = -1`
            }),
            look
          ),
          ["edited 3", "edited 4", "edited 7", "edited 8"]
        )
        assert.deepStrictEqual(yield* tampered(sql`insert into ${entries} (${columns}) values (${values})`, look), [
          "unsealed"
        ])
        const seal = sql`
          insert into ${seals} (seq, entry_id, mac)
          select (select max(seq) + 1 from ${seals}), id, (select mac from ${seals} where seq = 1) from forged
        `
        assert.lengthOf(
          yield* tampered(
            sql`with forged as (insert into ${entries} (${columns}) values (${values}) returning id) ${seal}`,
            look
          ),
          1
        )
        assert.deepStrictEqual(
          yield* tampered(sql`update ${entries} set ${text} = 'forged' where id in (${entry(2)}, ${entry(9)})`, look),
          ["edited 2", "edited 9"]
        )
        assert.deepStrictEqual(yield* look, [])
      }
    })
  )

  it.effect("a tail that was cut off is found by a checkpoint exported before, even when it grew again", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* fill
      for (const trail of trails) {
        const { head } = yield* (yield* trail.log).verify()
        const exported = JSON.stringify(Schema.encodeSync(Chain.Checkpoint)(head))
        const checkpoint = Schema.decodeUnknownSync(Schema.fromJsonString(Chain.Checkpoint))(exported)
        const cut = Effect.gen(function* () {
          yield* sql`
            delete from ${sql(trail.entries)} where id in (
              select entry_id from ${sql(trail.seals)} where seq > ${head.seq - 3n}
            )
          `
          yield* sql`delete from ${sql(trail.seals)} where seq > ${head.seq - 3n}`
        })

        assert.deepStrictEqual(yield* tampered(cut, kinds(trail)), [])
        assert.deepStrictEqual(yield* tampered(cut, kinds(trail, checkpoint)), [`cut ${head.seq}`])
        assert.deepStrictEqual(yield* tampered(Effect.andThen(cut, fill), kinds(trail, checkpoint)), [
          `cut ${head.seq}`
        ])
        yield* fill
        assert.deepStrictEqual(yield* kinds(trail, checkpoint), [])
      }
    })
  )

  it.effect("a forged number of any size is found, and does not fill the memory", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* fill
      for (const trail of trails) {
        const seals = sql(trail.seals)
        const forge = sql`update ${seals} set seq = 9000000000000000000 where seq = (select max(seq) from ${seals})`
        const found = yield* tampered(forge, kinds(trail))
        assert.strictEqual(found.at(-1), "edited 9000000000000000000")
        assert.lengthOf(found, 1_001)
      }
    })
  )

  it.effect("a change that was rolled back leaves neither a line nor a gap", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [before] = yield* sql`select max(seq) from audit_logs_seals`
      yield* Effect.flip(
        sql.withTransaction(
          Effect.andThen(
            AuditLogLayer.append(sql, { action: "proxy.created", entityId: yield* Ids.one }),
            Effect.fail("changed its mind")
          )
        )
      )
      assert.deepStrictEqual((yield* sql`select max(seq) from audit_logs_seals`)[0], before)
      yield* fill
      for (const trail of trails) assert.deepStrictEqual(yield* kinds(trail), [])
    })
  )

  it.effect("someone's account can be deleted: the lines go on saying of whom they speak", () =>
    Effect.gen(function* () {
      const { id } = yield* person()
      yield* (yield* Users).delete(manage, id)
      for (const trail of trails) assert.deepStrictEqual(yield* kinds(trail), [])
    })
  )
})

it.layer(Database.layer, { timeout: "60 seconds" })("keys", (it) => {
  /** What a process with these keys finds. */
  const process_ = <A, E>(ring: Layer.Layer<never>, act: Effect.Effect<A, E, AuditLog | AuthLog>) =>
    act.pipe(Effect.provide(Accounts.ports.pipe(Layer.provide(ring)), { local: true }))

  it.effect("lines from before the keys are sealed when they come, and keys can be rotated", () =>
    Effect.gen(function* () {
      const none = yield* Effect.flip(process_(Layer.empty, Effect.andThen(fill, kinds(trails[0]))))
      assert.strictEqual((none as { _tag?: string })._tag, "Unsealed")

      for (const ring of [keys(key("k1", 1)), keys(key("k2", 2), key("k1", 1))])
        for (const trail of trails)
          assert.deepStrictEqual(yield* process_(ring, Effect.andThen(fill, kinds(trail))), [])
      for (const trail of trails) {
        const found = yield* process_(keys(key("k2", 2)), kinds(trail))
        assert.include(found, "unknown key 1")
        assert.isTrue(found.every((finding) => finding.startsWith("unknown key")))
        const forged = yield* process_(keys(key("k2", 9), key("k1", 1)), kinds(trail))
        assert.isTrue(forged.length > 0 && forged.every((finding) => finding.startsWith("edited")))
      }
    })
  )
})
