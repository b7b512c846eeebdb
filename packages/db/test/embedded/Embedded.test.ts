import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { afterAll, vi } from "vitest"
import * as Embedded from "../../src/embedded/index.ts"
import * as Pg from "../../src/Pg.ts"

const query = <A>(url: Redacted.Redacted, statement: string) =>
  SqlClient.SqlClient.use((sql) => sql.unsafe<A & object>(statement)).pipe(Effect.provide(Pg.layer(url)))

/** What most tests use one after another: making a data directory costs more than all that is done with it. */
const shared = mkdtempSync(join(tmpdir(), "domainflow-test-"))
const dataDir = join(shared, "deep", "inside", "data")
afterAll(() => rmSync(shared, { recursive: true, force: true }))

const visits = (url: Redacted.Redacted) =>
  Effect.map(query<{ count: bigint }>(url, "select count(*) from visits"), ([row]) => Number(row?.count))

/** A folder of the test's own; other users cannot enter it, as with any `mktemp -d`. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "domainflow-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

interface Said {
  readonly url: string
  readonly dataDir: string
  readonly postmaster: number
}

/** `program.ts` in a process of its own, once it has a server. */
const program = (dataDir?: string) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Said & { readonly child: ChildProcess }>((resolve, reject) => {
          const child = spawn(
            process.execPath,
            [
              "--conditions=@domainflow/source",
              join(import.meta.dirname, "program.ts"),
              ...(dataDir === undefined ? [] : [dataDir])
            ],
            { stdio: ["ignore", "pipe", "inherit"] }
          )
          child.stdout.once("data", (line) => resolve({ ...JSON.parse(String(line)), child }))
          child.once("exit", () => reject(new Error("the program ended by itself")))
        })
    ),
    ({ child, postmaster }) =>
      Effect.sync(() => child.kill("SIGKILL")).pipe(Effect.andThen(until(() => !runs(postmaster))), Effect.ignore)
  )

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that nobody has waited for is dead, too.
    return !existsSync(`/proc/${pid}/stat`) || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

const until = (what: () => boolean) =>
  Effect.gen(function* () {
    while (!what()) yield* Effect.sleep("20 millis")
  }).pipe(Effect.timeout("60 seconds"))

describe("an embedded server", { timeout: 120_000 }, () => {
  it.live("runs as long as its scope, and leaves nothing", () =>
    Effect.gen(function* () {
      const place = yield* Effect.gen(function* () {
        const { url, dataDir, major } = yield* Embedded.start({ settings: { work_mem: "5MB" } })
        assert.deepStrictEqual(
          yield* query(
            url,
            "select current_setting('server_version_num')::int / 10000 as major, current_setting('work_mem') as mem"
          ),
          [{ major, mem: "5MB" }]
        )
        assert.isTrue(existsSync(dataDir))
        return { dataDir, pid: Number.parseInt(readFileSync(join(dataDir, "postmaster.pid"), "utf8"), 10) }
      }).pipe(Effect.scoped)
      assert.isFalse(runs(place.pid))
      assert.isFalse(existsSync(dirname(place.dataDir)))
    })
  )

  it.live("finds its data again", () =>
    Effect.gen(function* () {
      const visit = Effect.gen(function* () {
        const { url } = yield* Embedded.start({ dataDir })
        yield* query(url, "create table if not exists visits (at timestamptz default now())")
        yield* query(url, "insert into visits default values")
        return yield* visits(url)
      }).pipe(Effect.scoped)
      const first = yield* visit
      assert.strictEqual(yield* visit, first + 1)
    })
  )

  it.live("listens on loopback where a port is asked for, to those who know the password", () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.start({ port: 0 })
      const known = new URL(Redacted.value(url))
      assert.strictEqual(known.hostname, "127.0.0.1")
      assert.deepStrictEqual(yield* query(url, "select inet_server_addr()::text as address"), [
        { address: "127.0.0.1/32" }
      ])
      known.password = "guessed"
      const refused = yield* query(Redacted.make(known.href), "select 1").pipe(Effect.flip)
      assert.strictEqual(refused.reason._tag, "AuthenticationError")
    })
  )

  it.live("goes by itself when its process is killed, with what was temporary", () =>
    Effect.gen(function* () {
      const { child, postmaster, dataDir } = yield* program()
      child.kill("SIGKILL")
      yield* until(() => !runs(postmaster) && !existsSync(dirname(dataDir)))
    })
  )

  it.live("is at hand at once for the next process, with all that was committed", () =>
    Effect.gen(function* () {
      const one = yield* program(dataDir)
      const before = yield* visits(Redacted.make(one.url))
      one.child.kill("SIGKILL")
      const other = yield* program(dataDir)
      other.child.kill("SIGKILL")
      const { url } = yield* Embedded.start({ dataDir })
      assert.strictEqual(yield* visits(url), before + 1)
    })
  )

  it.live.skipIf(!existsSync("/proc/self/stat"))("is taken over where even its watcher was killed", () =>
    Effect.gen(function* () {
      const { child, postmaster, url: before } = yield* program(dataDir)
      const made = yield* visits(Redacted.make(before))
      const parent = Number(readFileSync(`/proc/${postmaster}/stat`, "utf8").split(") ")[1]!.split(" ")[1])
      for (const pid of [parent, ...children(parent).filter((pid) => pid !== postmaster), child.pid!]) {
        process.kill(pid, "SIGKILL")
      }
      yield* until(() => !runs(child.pid!))
      assert.isTrue(runs(postmaster))

      const { url } = yield* Embedded.start({ dataDir })
      assert.isFalse(runs(postmaster))
      assert.strictEqual(yield* visits(url), made)
    })
  )

  it.live("recovers after the server itself was killed", () =>
    Effect.gen(function* () {
      const { child, postmaster, url: before } = yield* program(dataDir)
      const made = yield* visits(Redacted.make(before))
      process.kill(postmaster, "SIGKILL")
      child.kill("SIGKILL")
      const { url } = yield* Embedded.start({ dataDir })
      assert.strictEqual(yield* visits(url), made)
    })
  )

  it.live("does not trust the number of a process that is another one's now", () =>
    Effect.gen(function* () {
      yield* Embedded.start({ dataDir }).pipe(Effect.scoped)
      writeFileSync(join(dataDir, "postmaster.pid"), `${process.pid}\n${dataDir}\n1\n5432\n/tmp\n\n1 1\nready\n`)
      yield* Embedded.start({ dataDir }).pipe(Effect.scoped)
    })
  )

  it.live("leaves alone what a living process serves", () =>
    Effect.gen(function* () {
      const { child, postmaster } = yield* program(dataDir)
      const refused = yield* Embedded.start({ dataDir }).pipe(Effect.scoped, Effect.flip)
      assert.instanceOf(refused, Embedded.EmbeddedError)
      assert.include(refused.message, `belongs to process ${child.pid}`)
      assert.isTrue(runs(postmaster))
    })
  )

  it.live("does not start on what is no data directory, or another version's", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const start = (dataDir: string) => Embedded.start({ dataDir }).pipe(Effect.scoped, Effect.flip)
      const full = join(place, "full")
      mkdirSync(full)
      writeFileSync(join(full, "letter.txt"), "keep me")
      assert.include((yield* start(full)).message, "neither empty nor a PostgreSQL data directory")

      const old = join(place, "old")
      mkdirSync(old)
      writeFileSync(join(old, "PG_VERSION"), "9\n")
      assert.match((yield* start(old)).message, /was made by PostgreSQL 9, and .* is \d+/)
      assert.strictEqual(readFileSync(join(full, "letter.txt"), "utf8"), "keep me")
    })
  )

  it.live("clears away what was interrupted while it was made", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const left = join(place, "data.4194304.1.initdb")
      mkdirSync(left)
      yield* Embedded.start({ dataDir: join(place, "data") }).pipe(Effect.scoped)
      assert.isFalse(existsSync(left))
    })
  )

  it.live("says why it did not start", () =>
    Effect.gen(function* () {
      const refused = yield* Embedded.start({ settings: { shared_buffers: "plenty" } }).pipe(Effect.scoped, Effect.flip)
      assert.include(refused.message, "shared_buffers")
    })
  )

  it.live("says what to install where there is no server", () =>
    Effect.gen(function* () {
      vi.stubEnv("DOMAINFLOW_POSTGRES_BIN", "/nowhere")
      const refused = yield* Embedded.start({}).pipe(Effect.scoped, Effect.flip)
      vi.unstubAllEnvs()
      assert.include(refused.message, "DOMAINFLOW_POSTGRES_BIN=/nowhere")
    })
  )
})

const children = (pid: number): ReadonlyArray<number> =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number)
