import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../src/Pg.ts"
import * as Database from "./support/Database.ts"

/** A moment in the hour that Berlin's clocks skip. */
const moment = new Date("2019-03-31T01:30:00.000Z")

const roundTrips = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ zoned: Date; bare: Date; text: string; now: Date }>`
    select ${moment}::timestamptz as zoned, ${moment}::timestamp as bare, (${moment}::timestamptz)::timestamp::text as text,
      localtimestamp as now
  `
  assert.deepStrictEqual(row?.zoned, moment)
  assert.deepStrictEqual(row?.bare, moment)
  assert.strictEqual(row?.text, "2019-03-31 01:30:00")
  assert.closeTo(row!.now.getTime(), Date.now(), 60_000)
})

it.live("times without a zone are UTC, whatever the zones of client and server", () =>
  Effect.gen(function* () {
    const url = yield* Database.fresh("empty")
    const home = process.env["TZ"]
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [{ name }] = (yield* sql<{ name: string }>`select current_database()::text as name`) as [{ name: string }]
      yield* sql`alter database ${sql(name)} set timezone to 'Pacific/Kiritimati'`
    }).pipe(Effect.provide(Pg.layer(url)))

    for (const zone of ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"]) {
      process.env["TZ"] = zone
      yield* roundTrips.pipe(Effect.provide(Pg.layer(url)))
    }
    if (home === undefined) delete process.env["TZ"]
    else process.env["TZ"] = home
  }).pipe(Effect.scoped)
)

it.live("names are ours on this side and PostgreSQL's on the other; JSON is nobody's", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const json = { snake_key: [{ camelKey: null }], "X-Header": 1 }
    assert.deepStrictEqual(
      yield* sql`select ${JSON.stringify(json)}::jsonb as some_json, 9007199254740993 as big_one`,
      [{ someJson: json, bigOne: 9007199254740993n }]
    )
    assert.deepStrictEqual(yield* sql`select application_name from pg_stat_activity where pid = pg_backend_pid()`, [
      { applicationName: "domainflow" }
    ])
  }).pipe(Effect.provide(Database.layerEmpty))
)
