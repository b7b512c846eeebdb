import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Migrations from "../src/Migrations.ts"
import * as Database from "./support/Database.ts"

layer(Database.layerEmpty)("migrating", (it) => {
  it.effect("an empty database makes the schema; a second time nothing is left to do", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      assert.isNotEmpty(yield* Migrations.run)
      assert.isEmpty(yield* Migrations.run)

      const [tables] = yield* sql`
        select count(*) from pg_tables where schemaname in ('auth', 'public') and tablename <> 'domainflow_migrations'
      `
      assert.deepStrictEqual(tables, { count: 22n })
    })
  )
})
