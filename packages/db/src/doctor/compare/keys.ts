import type { Catalogue, Index } from "../Catalogue.ts"
import { conventional, type Difference, quoted } from "../Difference.ts"
import type { Table } from "../Promised.ts"

/** Primary keys and uniqueness: there, and under the name that errors are told apart by. */
export const keys = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> => [
  ...primaryKey(table, catalogue),
  ...table.uniques.flatMap((columns) => unique(table.name, columns, catalogue))
]

/** Foreign keys likewise; they come after the keys of all tables, which they refer to. */
export const foreignKeys = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> =>
  table.foreignKeys.flatMap((promised) => {
    const name = conventional(table.name, [promised.column], "fkey")
    const sentence = `${table.name}.${promised.column}: no foreign key to ${promised.table} on delete ${promised.onDelete}`
    const found = catalogue.constraints.filter(
      (constraint) =>
        constraint.kind === "foreign key" &&
        constraint.table === table.name &&
        same(constraint.columns, [promised.column]) &&
        constraint.target === promised.table
    )
    const right = found.find((constraint) => constraint.onDelete === promised.onDelete)
    // Another action beside ours would still be taken.
    const others = found.filter((constraint) => constraint !== right)
    const drop = others.map((other) => `alter table ${table.name} drop constraint ${quoted(other.name)}`)
    const difference = { of: "foreign key", state: found.length === 0 ? "missing" : "different" } as const
    if (right === undefined) {
      const add = `alter table ${table.name} add constraint ${name} foreign key (${promised.column}) references ${promised.table} (id)${
        promised.onDelete === "no action" ? "" : ` on delete ${promised.onDelete}`
      } not valid`
      // In two steps: rows that refer to nothing do not keep it from holding for the others.
      return [{ ...difference, sentence, mend: [...drop, add, validate(table.name, name)] }]
    }
    if (others.length > 0) {
      const what = others.map((other) => `${other.name} (on delete ${other.onDelete})`).join(", ")
      return [
        { ...difference, sentence: `${table.name}.${promised.column}: contradicting foreign key ${what}`, mend: drop }
      ]
    }
    return renamed("foreign key", table.name, right.name, name)
  })

const primaryKey = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> => {
  const name = conventional(table.name, [], "pkey")
  const found = catalogue.constraints.find(
    (constraint) => constraint.kind === "primary key" && constraint.table === table.name
  )
  if (found !== undefined && same(found.columns, table.primaryKey)) {
    return renamed("key", table.name, found.name, name)
  }
  const columns = table.primaryKey.join(", ")
  return [
    {
      of: "key",
      state: found === undefined ? "missing" : "different",
      sentence: `${table.name}: the primary key is ${found === undefined ? "missing" : `(${found.columns.join(", ")})`} instead of (${columns})`,
      mend: [
        ...(found === undefined ? [] : [`alter table ${table.name} drop constraint ${quoted(found.name)}`]),
        `alter table ${table.name} add constraint ${name} primary key (${columns})`
      ]
    }
  ]
}

const unique = (table: string, columns: ReadonlyArray<string>, catalogue: Catalogue): ReadonlyArray<Difference> => {
  const name = conventional(table, columns, "key")
  const found = catalogue.indexes.filter(
    (index) => index.table === table && index.unique && !index.partial && index.valid && sameSet(index, columns)
  )
  if (found.length === 0) {
    return [
      {
        of: "key",
        state: "missing",
        sentence: `${table}: (${columns.join(", ")}) is not unique`,
        mend: [`alter table ${table} add constraint ${name} unique (${columns.join(", ")})`]
      }
    ]
  }
  if (found.some((index) => index.name === name)) return []
  const [index] = found
  return index === undefined ? [] : renamedIndex(index, name)
}

const renamed = (
  of: "key" | "foreign key",
  table: string,
  name: string,
  conventionalName: string
): ReadonlyArray<Difference> =>
  name === conventionalName
    ? []
    : [
        {
          of,
          state: "different",
          sentence: `${table}: its constraint ${name} is to be called ${conventionalName}`,
          mend: [`alter table ${table} rename constraint ${quoted(name)} to ${conventionalName}`]
        }
      ]

const renamedIndex = ({ schema, name, table }: Index, conventionalName: string): ReadonlyArray<Difference> => [
  {
    of: "key",
    state: "different",
    sentence: `${table}: its unique ${name} is to be called ${conventionalName}`,
    // Renames the constraint too, where there is one over the index.
    mend: [`alter index ${schema}.${quoted(name)} rename to ${conventionalName}`]
  }
]

export const validate = (table: string, constraint: string) => `alter table ${table} validate constraint ${constraint}`

const same = (a: ReadonlyArray<string>, b: ReadonlyArray<string>) => a.join() === b.join()
const sameSet = ({ columns }: Index, promised: ReadonlyArray<string>) => same([...columns].sort(), [...promised].sort())
