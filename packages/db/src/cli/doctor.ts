import { parseArgs } from "node:util"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Doctor from "../doctor/Doctor.ts"
import { main, spelt } from "./Database.ts"

// What pnpm says of the script is no SQL.
const piped = spelt("doctor").replace(/^pnpm /, "pnpm -s ")

const help = `Compares the database of DATABASE_URL with the schema, and says how to mend what differs. Changes nothing.

usage: ${spelt("doctor")} [--sql]

  --sql    prints only the statements that mend it: ${piped} --sql | psql "$DATABASE_URL"
  --help   prints this

The exit code is 1 where something differs.`

const { values: flags } = parseArgs({
  options: { sql: { type: "boolean" }, help: { type: "boolean", short: "h" } }
})

const doctor = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [history] = yield* sql<{ known: boolean }>`select to_regclass('domainflow_migrations') is not null as known`
  if (!history?.known)
    console.error(`This database was never migrated; ${spelt("migrate")} does what follows, and more.`)
  const differences = yield* Doctor.examine
  if (differences.length > 0) process.exitCode = 1
  for (const { sentence, mend } of differences) {
    if (!flags.sql) console.log(sentence)
    for (const statement of mend)
      console.log(flags.sql ? `${statement};` : `    ${statement.replaceAll("\n", "\n    ")};`)
  }
  if (!flags.sql) {
    console.log(
      differences.length === 0 ? "Everything the schema promises is there." : `${differences.length} differences.`
    )
  }
})

if (flags.help) console.log(help)
else await main("domainflow doctor", doctor)
