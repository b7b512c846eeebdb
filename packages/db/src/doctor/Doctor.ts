import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as Catalogue from "./Catalogue.ts"
import { checks } from "./compare/checks.ts"
import { functions, triggers } from "./compare/code.ts"
import { columns } from "./compare/columns.ts"
import { indexes } from "./compare/indexes.ts"
import { foreignKeys, keys } from "./compare/keys.ts"
import { refusals } from "./compare/refusals.ts"
import { permissions, roles } from "./compare/rights.ts"
import type { Difference } from "./Difference.ts"
import type { Table } from "./Promised.ts"
import * as Schema from "./Schema.ts"

export type { Difference } from "./Difference.ts"

/**
 * Every promise of the schema that this database does not keep, in the order in which they are to be mended. None where
 * all is well; tables, columns and indexes beyond the promised ones are no difference.
 */
export const examine = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* compare(Schema.tables).pipe(sql.withTransaction)
})

/** The same for given tables; in a transaction it sees one moment. */
export const compare = Effect.fnUntraced(function* (tables: ReadonlyArray<Table>) {
  const found = yield* Catalogue.read
  const [standing, absent] = [
    tables.filter(({ name }) => found.tables.has(name)),
    tables.filter(({ name }) => !found.tables.has(name))
  ]
  const differences: ReadonlyArray<Difference> = [
    ...(found.schemas.has("auth") ? [] : [missing("schema", "no schema auth", "create schema auth")]),
    ...Schema.extensions
      .filter((name) => !found.extensions.has(name))
      .map((name) => missing("extension", `no extension ${name}`, `create extension "${name}"`)),
    // Bare tables first, since they refer to each other; what belongs to them follows as for any other table.
    ...absent.map((table) => missing("table", `no table ${table.name}`, `create table ${table.name} ()`)),
    ...[...standing, ...absent].flatMap((table) => columns(table, found)),
    ...tables.flatMap((table) => keys(table, found)),
    ...tables.flatMap((table) => foreignKeys(table, found)),
    ...(yield* refusals(found)),
    ...tables.flatMap((table) => checks(table, found)),
    ...functions(Schema.functions, found),
    ...tables.flatMap((table) => [...indexes(table, found), ...triggers(table, found)]),
    ...roles(found),
    ...permissions(found)
  ]
  return differences
})

/**
 * Runs what mends them, one statement after another, and answers those that failed: rows that contradict a promise
 * are kept, and what they contradict is left as it is.
 */
export const mend = Effect.fnUntraced(function* (differences: ReadonlyArray<Difference>) {
  const sql = yield* SqlClient.SqlClient
  const failures: Array<{
    readonly difference: Difference
    readonly statement: string
    readonly error: SqlError.SqlError
  }> = []
  for (const difference of differences) {
    for (const statement of difference.mend) {
      // Within a transaction this is a savepoint, and the rest goes on.
      yield* sql.unsafe(statement).pipe(
        sql.withTransaction,
        Effect.catch((error) => Effect.sync(() => failures.push({ difference, statement, error })))
      )
    }
  }
  return failures
})

const missing = (of: Difference["of"], sentence: string, mend: string): Difference => ({
  of,
  state: "missing",
  sentence,
  mend: [mend]
})
