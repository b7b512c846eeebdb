import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { rights, systemRoles } from "@domainflow/core/auth/Role"
import { assert, it, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Doctor from "../src/doctor/Doctor.ts"
import * as Migrations from "../src/Migrations.ts"
import * as Pg from "../src/Pg.ts"
import * as Database from "./support/Database.ts"

layer(Database.layerEmpty)("migrating an empty database", (it) => {
  it.effect("makes the schema; a second time nothing is left to do", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      assert.isNotEmpty(yield* Migrations.run)
      assert.isEmpty(yield* Migrations.run)

      const [tables] = yield* sql`
        select count(*) from pg_tables where schemaname in ('auth', 'public')
          and tablename not in (
            'domainflow_migrations', 'known_devices', 'audit_logs_seals', 'auth_audit_log_seals', 'campaign_progress',
            'campaign_paces'
          )
      `
      assert.deepStrictEqual(tables, { count: 22n })
    })
  )

  it.effect("gives every role its rights, and adds no user", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const granted = yield* sql<{ role: string; permissions: ReadonlyArray<string> }>`
        select r.name as role, array_agg(p.name::text order by p.name) as permissions
        from auth.role_permissions rp
        join auth.roles r on r.id = rp.role_id
        join auth.permissions p on p.id = rp.permission_id
        group by r.id order by r.id
      `
      assert.deepStrictEqual(
        granted,
        systemRoles.map((role) => ({ role, permissions: rights[role].toSorted() }))
      )
      assert.deepStrictEqual(yield* sql`select email from auth.users`, [])
    })
  )
})

it.live(
  "migrating from 8 processes at once is as migrating from one",
  () =>
    Effect.gen(function* () {
      const url = yield* Database.fresh("empty")
      const migrate = Effect.promise(() =>
        promisify(execFile)(
          process.execPath,
          ["--conditions=@domainflow/source", new URL("../src/cli/migrate.ts", import.meta.url).pathname],
          { env: { ...process.env, DATABASE_URL: Redacted.value(url) } }
        )
      )
      const said = yield* Effect.all(
        Array.from({ length: 8 }, () => migrate),
        { concurrency: "unbounded" }
      )

      const idle = said.filter(({ stdout }) => stdout.includes("Nothing to do"))
      assert.strictEqual(idle.length, 7)
      assert.deepStrictEqual(yield* Doctor.examine.pipe(Effect.provide(Pg.layer(url))), [])
    }).pipe(Effect.scoped),
  60_000
)
