import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"

const run = promisify(execFile)

/** Seconds a time may be off: the child process is slow at times, a zone is an hour at least. */
const tolerance = 60

for (const { name, sessionZone } of [
  { name: "own", sessionZone: "UTC" },
  { name: "foreign", sessionZone: "America/Los_Angeles" }
])
  it.live(
    `every time holds from a client in Asia/Tokyo against a server in America/Los_Angeles (${name} connections)`,
    () =>
      Effect.gen(function* () {
        const url = Redacted.value(yield* Database.fresh("migrated"))
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`alter database ${sql(new URL(url).pathname.slice(1))} set timezone to 'America/Los_Angeles'`
        }).pipe(Effect.provide(Pg.layer(Redacted.make(url), { maxConnections: 1 })))

        const { stdout } = yield* Effect.promise(() =>
          run(process.execPath, ["--conditions=@domainflow/source", new URL("./zones.ts", import.meta.url).pathname], {
            env: { ...process.env, TZ: "Asia/Tokyo", ZONES_DATABASE_URL: url, ZONES_CLIENT: name }
          })
        )
        const lived = JSON.parse(stdout)

        assert.deepStrictEqual(lived.zones, ["Asia/Tokyo", sessionZone])
        assert.deepStrictEqual(lived.rights, [1, 2, 1])
        assert.deepStrictEqual(lived.locks, [true, false])
        for (const [time, off] of Object.entries<number | null>(lived.off)) {
          assert.isNotNull(off, time)
          assert.isAtMost(Math.abs(off!), tolerance, time)
        }
      }).pipe(Effect.scoped),
    60_000
  )
