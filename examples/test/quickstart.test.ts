import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as Pg from "@domainflow/db/Pg"
import { Effect, Redacted } from "effect"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { fresh } from "../../packages/db/test/support/Database.ts"
import { start } from "./support/quickstart.ts"
import { tables } from "./support/tables.ts"

const names = 300
/** How often a run is killed before one is left alone. */
const kills = 20

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "domainflow-quickstart-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("quickstart", () => {
  it("killed at random moments and run again, keeps what an uninterrupted run keeps", { timeout: 600_000 }, () =>
    Effect.gen(function* () {
      const [undisturbed, killed] = [yield* fresh("migrated"), yield* fresh("migrated")]
      // Patient: which port answers first is kept as well, and a busy machine takes its time.
      const args = (url: typeof killed) =>
        ["--names", names, "--timeout", 60, "--database-url", Redacted.value(url)].map(String)

      const began = performance.now()
      const whole = yield* Effect.promise(() => start(args(undisturbed), folder).ended)
      assert.strictEqual(whole.code, 0, whole.output)
      const length = performance.now() - began

      for (let kill = 0; kill < kills; kill++) {
        yield* Effect.promise(async () => {
          const { child, ended } = start(args(killed), folder)
          await Promise.race([sleep(Math.random() * length), ended])
          child.kill("SIGKILL")
          await ended
        })
      }
      const last = yield* Effect.promise(() => start(args(killed), folder).ended)
      assert.strictEqual(last.code, 0, last.output)
      assert.include(last.output, "already known")

      const read = (url: typeof killed) => tables.pipe(Effect.provide(Pg.layer(url)))
      assert.deepStrictEqual(yield* read(killed), yield* read(undisturbed))
    }).pipe(Effect.scoped, Effect.runPromise)
  )

  it("on its own server: stops cleanly at Ctrl-C, goes on, then knows it all", { timeout: 120_000 }, async () => {
    const first = start(["--names", "2000"], folder)
    await new Promise<void>((resolve) => {
      first.child.stdout?.on("data", (text) => {
        if (String(text).includes("resolve")) resolve()
      })
    })
    first.child.kill("SIGINT")
    const stopped = await first.ended
    assert.strictEqual(stopped.code, 130, stopped.output)

    const second = await start(["--names", "2000"], folder).ended
    assert.strictEqual(second.code, 0, second.output)
    assert.include(second.output, "going on from there")
    assert.include(second.output, "the best findings")

    const third = await start(["--names", "2000"], folder).ended
    assert.strictEqual(third.code, 0, third.output)
    assert.include(third.output, "nothing is left to ask")

    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
    const [, promised] = /<!-- quickstart -->\n+```text\n([\s\S]*?)```/.exec(readme) ?? []
    assert.include(third.output, promised ?? "the table of the README")
  })

  it("says what it cannot do", async () => {
    for (const [args, words] of [
      [["--names", "0"], "expected a whole number"],
      [["--nmaes", "5"], "--nmaes"],
      [["--timeout", "soon"], "expected seconds"],
      [["--database-url", "postgres://nobody:hunter2@127.0.0.1:1/none"], "127.0.0.1"]
    ] as const) {
      const { code, output } = await start(args, folder).ended
      assert.notStrictEqual(code, 0)
      assert.include(output, words)
      assert.notInclude(output, "hunter2")
    }
    const { code, output } = await start(["--help"], folder).ended
    assert.strictEqual(code, 0)
    assert.include(output, "--resolver")
  })
})
