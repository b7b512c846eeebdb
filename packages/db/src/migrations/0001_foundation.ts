import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { statements } from "./functions/FunctionDefinition.ts"
import { generateUserAgentHash, triggerSetTimestamp } from "./functions/shared.ts"

/** What the tables stand on: two extensions, the schema of the accounts, two functions. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // Promised by the schema. Ours needs neither: ids come from gen_random_uuid(), hashes from sha256().
  yield* sql`create extension if not exists "uuid-ossp"`
  yield* sql`create extension if not exists pgcrypto`

  yield* sql`create schema if not exists auth`
  for (const definition of [generateUserAgentHash, triggerSetTimestamp]) {
    for (const statement of statements(definition)) yield* sql.unsafe(statement)
  }
})
