/** Starts a server on the data directory it is given, says what it wrote, and waits to be killed. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Embedded from "../../src/embedded/index.ts"
import * as Pg from "../../src/Pg.ts"

// A server alone does not keep a program from ending.
setInterval(() => {}, 1_000)

const [dataDir] = process.argv.slice(2)

await Effect.gen(function* () {
  const server = yield* Embedded.start(dataDir === undefined ? {} : { dataDir })
  yield* Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`create table if not exists visits (at timestamptz default now())`
    yield* sql`insert into visits default values`
  }).pipe(Effect.provide(Pg.layer(server.url)))
  const postmaster = Number.parseInt(readFileSync(join(server.dataDir, "postmaster.pid"), "utf8"), 10)
  console.log(JSON.stringify({ url: Redacted.value(server.url), dataDir: server.dataDir, postmaster }))
  return yield* Effect.never
}).pipe(Effect.scoped, Effect.runPromise)
