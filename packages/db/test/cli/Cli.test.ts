import { spawn } from "node:child_process"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"

const program = new URL("../../src/cli/domainflow-db.ts", import.meta.url).pathname

const run = (command: string, url: string | undefined, ...args: ReadonlyArray<string>) =>
  Effect.callback<{ readonly code: number | null; readonly out: string; readonly err: string }>((resume) => {
    const { DATABASE_URL: _, ...env } = process.env
    const child = spawn(process.execPath, ["--conditions=@domainflow/source", program, command, ...args], {
      env: url === undefined ? env : { ...env, DATABASE_URL: url }
    })
    let [out, err] = ["", ""]
    child.stdout.on("data", (text) => {
      out += text
    })
    child.stderr.on("data", (text) => {
      err += text
    })
    child.on("close", (code) => resume(Effect.succeed({ code, out, err })))
  })

it.live(
  "migrate and doctor, as a person meets them",
  () =>
    Effect.gen(function* () {
      const url = yield* Database.fresh("empty")
      const given = Redacted.value(url)

      const before = yield* run("doctor", given)
      assert.strictEqual(before.code, 1)
      assert.include(before.err, "domainflow-db migrate does what follows")
      assert.include(before.out, "no table public.campaigns")

      const migrated = yield* run("migrate", given)
      assert.deepStrictEqual([migrated.code, migrated.err], [0, ""])
      assert.match(migrated.out, /^0001 foundation\n.*\d+ migrations run\.\n$/s)
      assert.deepStrictEqual(yield* run("migrate", given), {
        code: 0,
        out: "Nothing to do: the database is up to date.\n",
        err: ""
      })
      assert.include(
        (yield* run("migrate", given, "--seed-development-users")).out,
        "Users added: admin@domainflow.local"
      )
      assert.deepStrictEqual(yield* run("doctor", given), {
        code: 0,
        out: "Everything the schema promises is there.\n",
        err: ""
      })

      yield* SqlClient.SqlClient.use((sql) => sql`drop index idx_campaigns_status`).pipe(Effect.provide(Pg.layer(url)))
      const broken = yield* run("doctor", given)
      assert.strictEqual(broken.code, 1)
      assert.include(broken.out, "public.campaigns: no index idx_campaigns_status\n")
      assert.deepStrictEqual(yield* run("doctor", given, "--sql"), {
        code: 1,
        out: "create index idx_campaigns_status on public.campaigns (status);\n",
        err: ""
      })
    }).pipe(Effect.scoped),
  60_000
)

it.live(
  "a missing or wrong DATABASE_URL is said, without its password",
  () =>
    Effect.gen(function* () {
      const wrong = [
        [undefined, "DATABASE_URL is not set"],
        ["mysql://u:s3cret@h/d", "no PostgreSQL URL"],
        ["postgres://u:s3cret@127.0.0.1:1/d", "127.0.0.1:1/d: "],
        ["postgres://u:s3cret%@127.0.0.1:1/d", "127.0.0.1:1/d: "]
      ] as const
      for (const [url, sentence] of wrong) {
        const { code, out, err } = yield* run("migrate", url)
        assert.deepStrictEqual([code, out], [1, ""])
        assert.include(err, sentence)
        assert.notInclude(err, "s3cret")
        assert.isBelow(err.split("\n").length, 3)
      }
      assert.include((yield* run("doctor", undefined, "--help")).out, "usage: domainflow-db doctor [--sql]")
    }),
  60_000
)

it.live("says what it can do, and what it cannot", () =>
  Effect.gen(function* () {
    const { code, out } = yield* run("--help", undefined)
    assert.strictEqual(code, 0)
    assert.include(out, "usage: domainflow-db migrate | doctor | audit")
    for (const none of ["destroy", "toString"]) {
      const refused = yield* run(none, undefined)
      assert.deepStrictEqual([refused.code, refused.out], [1, ""])
      assert.include(refused.err, `${none} is none of its commands.`)
    }
  })
)
