import type { Catalogue } from "../Catalogue.ts"
import { conventional, type Difference, literal, quoted } from "../Difference.ts"
import type { Check, Table } from "../Promised.ts"
import { validate } from "./keys.ts"

/** What columns may hold. */
export const checks = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> =>
  Object.entries(table.columns).flatMap(([column, { check }]) => {
    if (check === null) return []
    const name = conventional(table.name, [column], "check")
    const standing = catalogue.constraints.filter(
      (constraint) =>
        constraint.kind === "check" && constraint.table === table.name && constraint.columns.includes(column)
    )
    if (standing.some((constraint) => constraint.columns.length === 1 && says(constraint.definition, column, check))) {
      return []
    }
    const inTheWay = standing.find((constraint) => constraint.name === name)
    const difference: Difference = {
      of: "check",
      state: inTheWay === undefined ? "missing" : "different",
      sentence: `${table.name}.${column}: no check (${expression(column, check)})`,
      mend: [
        ...(inTheWay === undefined ? [] : [`alter table ${table.name} drop constraint ${quoted(name)}`]),
        // In two steps: rows that contradict it do not keep it from holding for the others.
        `alter table ${table.name} add constraint ${name} check (${expression(column, check)}) not valid`,
        validate(table.name, name)
      ]
    }
    return [difference]
  })

const expression = (column: string, check: Check): string =>
  "words" in check ? `${column} in (${check.words.map(literal).join(", ")})` : `${column} >= ${check.least}`

/** PostgreSQL prints a check in its own way, and people write it in several. */
const says = (definition: string, column: string, check: Check): boolean => {
  if ("words" in check) {
    const words = [...definition.matchAll(/'((?:[^']|'')*)'/g)].map(([, word]) => word)
    return !/<>|\bnot\b(?! valid)|<|>/i.test(definition) && [...words].sort().join() === [...check.words].sort().join()
  }
  const bare = definition.replaceAll(/NOT VALID|[\s()]|::[a-z]+/gi, "").toLowerCase()
  return bare === `check${column}>=${check.least}` || bare === `check${column}>${check.least - 1}`
}
