import { Effect } from "effect"
import * as Doctor from "../doctor/Doctor.ts"
import * as Schema from "../doctor/Schema.ts"
import { inWords } from "../Store.ts"

/**
 * Brings a database into shape that held schema v3 before us, or most of it: tables that stood already are given what they
 * lack, and what deviates is replaced. Where the tables are new, there is nothing to do.
 *
 * No row is lost, whatever it holds. Where rows contradict a promise (a null, a name used twice), the promise is left
 * open and a warning says so; `pnpm db:doctor` goes on naming it.
 */
export default Effect.gen(function* () {
  const differences = yield* Doctor.compare(Schema.v3)
  // What is missing altogether beside the tables is made by the migrations that follow.
  const standing = differences.filter(({ of, state }) => state === "different" || partOfTables.has(of))
  if (standing.length === 0) return

  yield* Effect.logInfo(`Adopting a database that holds schema v3: ${standing.length} differences to mend`)
  for (const { difference, statement, error } of yield* Doctor.mend(standing)) {
    yield* Effect.logWarning(`${difference.sentence}. This could not be mended: ${statement}: ${inWords(error)}`)
  }
})

const partOfTables: ReadonlySet<Doctor.Difference["of"]> = new Set(["column", "key", "check", "foreign key"])
