import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuditKeys } from "@domainflow/core/audit/Chain"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { unknown } from "@domainflow/core/auth/Client"
import * as Ids from "@domainflow/core/Ids"
import * as KeyRing from "@domainflow/core/KeyRing"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"

const key = Buffer.alloc(32, 5)
const keys = Layer.succeed(AuditKeys, KeyRing.make([{ id: "k1", bytes: Redacted.make(new Uint8Array(key)) }]))

const run = (url: string, args: ReadonlyArray<string>, ring = `k1:${key.toString("base64")}`) =>
  Effect.promise(
    () =>
      new Promise<{ readonly code: number | string; readonly out: string; readonly err: string }>((resolve) =>
        execFile(
          process.execPath,
          ["--conditions=@domainflow/source", new URL("../../src/cli/audit.ts", import.meta.url).pathname, ...args],
          { env: { ...process.env, DATABASE_URL: url, DOMAINFLOW_AUDIT_KEYS: ring } },
          (error, out, err) => resolve({ code: error?.code ?? 0, out, err })
        )
      )
  )

it.live(
  "an operator verifies the trails, exports a checkpoint, and is told what was done to them",
  () =>
    Effect.gen(function* () {
      const url = yield* Database.fresh("migrated")
      const given = Redacted.value(url)
      const folder = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "audit-"))),
        (made) => Effect.promise(() => rm(made, { recursive: true }))
      )
      const file = join(folder, "checkpoint.json")
      const append = Effect.gen(function* () {
        const entityId = yield* Ids.one
        yield* (yield* AuditLog).append({ action: "proxy.created", entityId })
        yield* (yield* AuthLog).append({ eventType: "logout", eventStatus: "success", userId: null, client: unknown })
      })
      const database = Layer.provideMerge(Accounts.ports, Pg.layer(url)).pipe(Layer.provide(keys))

      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (let n = 0; n < 4; n++) yield* append

        const fine = yield* run(given, ["--export", file])
        assert.deepStrictEqual(fine, {
          code: 0,
          out: "audit_logs: 4 lines, 4 seals, 0 findings\nauth_audit_log: 4 lines, 4 seals, 0 findings\n",
          err: ""
        })
        assert.match(
          yield* Effect.promise(() => readFile(file, "utf8")),
          /"chain":"audit_logs","seq":"4","mac":"v1:k1:/
        )
        yield* append
        assert.strictEqual((yield* run(given, ["--checkpoint", file])).code, 0)

        yield* sql`update auth.auth_audit_log set event_type = 'login' where id = 2`
        yield* sql`
          delete from audit_logs where id in (select entry_id from audit_logs_seals where seq > 2)
        `
        yield* sql`delete from audit_logs_seals where seq > 2`
        const found = yield* run(given, ["--checkpoint", file, "--export", file])
        assert.strictEqual(found.code, 1)
        assert.include(
          found.out,
          "audit_logs: 2 lines, 2 seals, 1 findings\n  line 4 and what came after it was cut off"
        )
        assert.include(found.out, "  line 2 (2) was changed, or is not where it was written\n")
        assert.include(found.err, "Nothing was exported")

        const wrong = yield* run(given, [], "k1:c2hvcnQ=")
        assert.strictEqual(wrong.code, 1)
        assert.include(wrong.err, "DOMAINFLOW_AUDIT_KEYS: key 1: is too short")
      }).pipe(Effect.provide(database))
    }).pipe(Effect.scoped),
  60_000
)
