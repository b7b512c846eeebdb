import type { Catalogue } from "../Catalogue.ts"
import { type Difference, quoted } from "../Difference.ts"
import type { Index, Table } from "../Promised.ts"

/** The promised indexes, by name. */
export const indexes = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> =>
  Object.entries(table.indexes).flatMap(([name, promised]): ReadonlyArray<Difference> => {
    const schema = table.name.slice(0, table.name.indexOf("."))
    const found = catalogue.indexes.find((index) => index.schema === schema && index.name === name)
    const create = `create index ${name} on ${table.name} (${promised.columns})${promised.where === null ? "" : ` where ${promised.where}`}`
    if (found === undefined) {
      return [{ of: "index", state: "missing", sentence: `${table.name}: no index ${name}`, mend: [create] }]
    }
    if (
      found.table === table.name &&
      found.valid &&
      !found.unique &&
      plain(found.definition) === wanted(table, promised)
    ) {
      return []
    }
    return [
      {
        of: "index",
        state: "different",
        sentence: `${found.table}: index ${name} is ${found.valid ? found.definition : "not valid"} instead of on ${table.name} (${promised.columns})${promised.where === null ? "" : ` where ${promised.where}`}`,
        mend: [`drop index ${schema}.${quoted(name)}`, create]
      }
    ]
  })

const wanted = (table: Table, { columns, where }: Index): string =>
  `on ${table.name} using btree (${columns})${where === null ? "" : ` where ${where}`}`

/** What follows the index's name. */
const plain = (definition: string): string =>
  definition
    .slice(definition.indexOf(" ON ") + 1)
    .replaceAll('"', "")
    .replaceAll(/ WHERE \((.*)\)$/g, " where $1")
    .toLowerCase()
