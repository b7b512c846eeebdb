import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Column, Table } from "../src/doctor/Promised.ts"
import * as additions from "../src/doctor/promises/additions.ts"
import { v3 } from "../src/doctor/Schema.ts"

const repository = new URL("../../../", import.meta.url)
const page = readFileSync(new URL("docs/schema.md", repository), "utf8")

/** The rows of the table in `docs/schema.md` whose first cell begins with `first`, each cell's words in backticks. */
const rows = (title: string) =>
  page
    .slice(page.indexOf(`| ${title} `))
    .split("\n\n")[0]!
    .trim()
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!))
    )

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const qualified = (table: string) => (table.includes(".") ? table : `public.${table}`)

interface Model {
  readonly fields: Readonly<Record<string, Schema.Codec<unknown, unknown>>>
}

/** The class that the page names for a table: of its file's name, unless the cell says which. */
const modelOf = async ([path, name = path!.split("/").at(-1)!]: ReadonlyArray<string>): Promise<Model> =>
  (await import(new URL(`packages/core/src/${path}.ts`, repository).href))[name]

/** Values of the driver that a column of the type may hold, and some that it never does. */
const samples: Record<string, { readonly holds: ReadonlyArray<unknown>; readonly never: ReadonlyArray<unknown> }> = {
  bigint: { holds: [0n, 2n ** 63n - 1n], never: [1, "1"] },
  bigserial: { holds: [1n], never: [1, "1"] },
  integer: { holds: [1], never: [1.5, 1n, "1"] },
  "double precision": { holds: [12.5], never: ["1"] },
  boolean: { holds: [true, false], never: [0, "true"] },
  uuid: { holds: ["00000000-0000-0000-0000-000000000001"], never: ["elsewhere", 1] },
  timestamp: { holds: [new Date(0)], never: ["1970-01-01", 0] },
  timestamptz: { holds: [new Date(0)], never: ["1970-01-01", 0] },
  text: { holds: [], never: [1, true] },
  inet: { holds: ["192.0.2.1"], never: [1] },
  jsonb: { holds: [], never: [] },
  "uuid[]": { holds: [["00000000-0000-0000-0000-000000000001"]], never: ["{}", [1], ["x"]] },
  "text[]": { holds: [["a"]], never: ["{}", [1]] },
  "integer[]": { holds: [[443]], never: ["{}", [1.5]] }
}

const sampleOf = ({ type }: Column) => {
  const sample = samples[type.startsWith("varchar") ? "text" : type]
  assert.isDefined(sample, type)
  return sample!
}

/** Columns that no model shows, and why. */
const hidden: ReadonlyArray<string> = [
  // Leaves the store opened, by `Proxies.secret`, or not at all.
  "public.proxies.password_hash"
]

const checkColumn = (place: string, column: Column, field: Schema.Codec<unknown, unknown> | undefined) => {
  assert.isDefined(field, `${place} has no field`)
  const reads = Schema.is(Schema.toEncoded(field!))
  const { holds, never } = sampleOf(column)
  for (const value of [...holds, ...(column.nullable ? [null] : [])]) assert.isTrue(reads(value), `${place} ${value}`)
  for (const value of never) assert.isFalse(reads(value), `${place} ${value}`)
  if (!column.nullable) assert.isFalse(reads(null) && column.type !== "jsonb", `${place} is never null`)
  if (column.check !== null && "words" in column.check) {
    for (const word of column.check.words) assert.isTrue(reads(word), `${place} ${word}`)
    assert.isFalse(reads("other"), place)
  }
}

describe("models", () => {
  const promised = new Map(v3.map((table) => [table.name, table]))
  const documented = rows("table ")

  it("docs/schema.md names every table once, and files that are there", () => {
    assert.sameMembers(
      documented.map(([table]) => qualified(table![0]!)),
      [...promised.keys()]
    )
    assert.strictEqual(documented.length, 22)
    for (const [, model, port, layer] of documented) {
      for (const [folder, path] of [
        ["core", model![0]],
        ["core", port![0]],
        ["db", layer![0]]
      ] as const) {
        assert.isTrue(existsSync(new URL(`packages/${folder}/src/${path}.ts`, repository)), `${folder} ${path}`)
      }
    }
  })

  it.each(documented)("%s has a field for every column, of its type, and no other", async ([name], model) => {
    const table = promised.get(qualified(name!)) as Table
    const { fields } = await modelOf(model)
    const own = additions.parts[table.name]?.columns ?? {}
    for (const [column, promise] of Object.entries(table.columns)) {
      const place = `${table.name}.${column}`
      if (!hidden.includes(place)) checkColumn(place, promise, fields[camel(column)])
    }
    const known = new Set([...Object.keys(table.columns), ...Object.keys(own)].map(camel))
    for (const field of Object.keys(fields)) assert.isTrue(field === "_tag" || known.has(field), `${name}: ${field}`)
    for (const [column, promise] of Object.entries(own)) {
      if (camel(column) in fields) checkColumn(`${table.name}.${column}`, promise, fields[camel(column)])
    }
  })

  it("docs/schema.md names every column and table of ours", () => {
    const columns = Object.entries(additions.parts).flatMap(([table, { columns = {} }]) =>
      Object.keys(columns).map((column) => `${table}.${column}`)
    )
    const short = (name: string) => name.replace(/^public\./, "")
    assert.sameMembers(
      rows("column ").map(([cell]) => cell![0]!),
      columns.map(short)
    )
    assert.sameMembers(
      rows("table of ours").map(([cell]) => cell![0]!),
      additions.tables.map(({ name }) => short(name))
    )
  })
})
