import { spawn } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Embedded from "@domainflow/db/embedded"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

const binary = "/usr/sbin/pgbouncer"
/** `nobody`, who may run what root may not. */
const nobody = 65_534
const isRoot = process.getuid?.() === 0

/** PgBouncer in transaction mode in front of the server at `url`: where to connect instead. */
const pooler = Effect.fnUntraced(function* (url: Redacted.Redacted) {
  const target = new URL(Redacted.value(url))
  const folder = mkdtempSync(join(tmpdir(), "domainflow-pgbouncer-"))
  const port = 20_000 + (process.pid % 10_000)
  writeFileSync(join(folder, "users"), `"${target.username}" "${decodeURIComponent(target.password)}"\n`)
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, "users")}
pool_mode = transaction
default_pool_size = 4
`
  )
  if (isRoot) for (const path of [folder, join(folder, "users")]) chownSync(path, nobody, nobody)
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(binary, [join(folder, "pgbouncer.ini")], {
        stdio: "ignore",
        ...(isRoot ? { uid: nobody, gid: nobody } : {})
      })
    ),
    (running) =>
      Effect.promise(async () => {
        const gone = new Promise((resolve) => running.once("exit", resolve))
        running.kill("SIGKILL")
        if (running.exitCode === null && running.signalCode === null) await gone
        rmSync(folder, { recursive: true, force: true })
      })
  )
  yield* Effect.callback<boolean>((resume) => {
    const probe = connect(port, "127.0.0.1")
    probe.once("connect", () => resume(Effect.succeed(true))).once("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => probe.destroy())
  }).pipe(Effect.delay("50 millis"), Effect.repeat({ until: (isThere) => isThere }), Effect.timeout("10 seconds"))
  target.port = String(port)
  return Redacted.make(target.href)
})

// On the machines of the gate it is installed; whoever runs the tests at home may not have it.
it.live.skipIf(!existsSync(binary) && process.env["CI"] === undefined)(
  "behind PgBouncer in transaction mode workers find their jobs by looking, and run a campaign to its end",
  () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const through = yield* pooler((yield* Embedded.Server).url)
      for (const server of ["one", "two"]) {
        yield* Fleet.worker(through, { server, prepare: false, terms: { smallestStretch: 100n } })
      }
      // Nothing to do for a while: none of them is looking by chance.
      yield* Effect.sleep("1 second")

      const id = yield* Fleet.resolving("pooled", 600)

      const { processedItems, status } = yield* Fleet.ended(id)
      assert.deepStrictEqual({ processedItems, status }, { processedItems: 600n, status: "completed" })
      const [first] = yield* sql<{ waited: number; listeners: bigint }>`
        select
          extract(epoch from min(j.last_attempted_at) - min(p.at))::float8 as waited,
          (select count(*) from pg_stat_activity where query like 'LISTEN%' and application_name in ('one', 'two')) as listeners
        from campaign_progress p join campaign_jobs j on true where p.status = 'queued'
      `
      assert.strictEqual(first!.listeners, 0n)
      // Promised are 2 s; what is beyond is for machines that are busy.
      assert.isBelow(first!.waited, 5)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)
