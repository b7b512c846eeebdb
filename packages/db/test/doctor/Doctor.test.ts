import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalogue from "../../src/doctor/Catalogue.ts"
import * as Doctor from "../../src/doctor/Doctor.ts"
import * as Schema from "../../src/doctor/Schema.ts"
import * as Database from "../support/Database.ts"

describe("the promises", () => {
  const count = (of: (table: (typeof Schema.v3)[number]) => number) =>
    Schema.v3.reduce((sum, table) => sum + of(table), 0)

  it("are as many as the schema has", () => {
    assert.deepStrictEqual(
      {
        tables: Schema.v3.length,
        columns: count((table) => Object.keys(table.columns).length),
        foreignKeys: count((table) => table.foreignKeys.length),
        indexes: count((table) => Object.keys(table.indexes).length),
        triggers: count((table) => Object.keys(table.triggers).length),
        functions: Schema.v3Functions.length,
        roles: Schema.roles.length,
        permissions: Schema.permissions.length
      },
      {
        tables: 22,
        columns: 228,
        foreignKeys: 24,
        indexes: 44,
        triggers: 8,
        functions: 5,
        roles: 4,
        permissions: 17
      }
    )
  })
})

layer(Database.layer)("a migrated database", (it) => {
  it.effect("keeps every promise", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )

  it.effect("has no column that the doctor does not know: those beyond schema v3 belong in promises/additions.ts", () =>
    Effect.gen(function* () {
      const { columns } = yield* Catalogue.read
      const known = new Map(Schema.tables.map((table) => [table.name, table.columns]))
      const unknown = columns.filter(({ table, name }) => !(name in (known.get(table) ?? {})))
      assert.deepStrictEqual(
        unknown
          .filter(({ table }) => table !== "public.domainflow_migrations")
          .map(({ table, name }) => `${table}.${name}`),
        []
      )
    })
  )

  it.effect("has no index, trigger or function that the doctor does not know either", () =>
    Effect.gen(function* () {
      const { functions, indexes, triggers } = yield* Catalogue.read
      const known = new Set([
        ...Schema.tables.flatMap((table) => [...Object.keys(table.indexes), ...Object.keys(table.triggers)]),
        ...Schema.functions.map(({ name }) => name)
      ])
      const keys = /_(key|pkey)$/
      const found = [
        ...indexes.filter(({ name }) => !keys.test(name)),
        ...triggers,
        // Those of extensions are written in C.
        ...functions.filter(({ language }) => language === "plpgsql")
      ]
      assert.deepStrictEqual(
        found.map(({ name }) => name).filter((name) => !known.has(name)),
        []
      )
    })
  )
})

layer(Database.layerEmpty)("an empty database", (it) => {
  it.effect("becomes the whole schema by what the doctor says", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Doctor.mend(yield* Doctor.examine), [])
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )
})

layer(Database.layer)("a check of somebody else's that lets us write", (it) => {
  it.effect("is no difference", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`alter table proxies add check (protocol in ('http', 'https', 'socks4', 'socks5') and protocol <> '')`
      yield* sql`alter table campaigns add check (processed_items <= total_items)`
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )
})
