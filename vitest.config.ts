import { existsSync, readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const conditions = ["@domainflow/source"]
const rooms = [...readdirSync("packages").map((name) => `packages/${name}`), "internet", "examples"]

// Most of the longest tests start processes, and half the work of a short process is to compile what it imports.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url))

/** The longest tests, which are those of whole processes, come first: at the end nobody waits for one of them alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>) {
    const isLong = (file: TestSpecification) => Number(file.project.name === "examples")
    return (await super.sort(files)).toSorted((one, other) => isLong(other) - isLong(one))
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where globalSetup runs.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    // A machine that is busy with something else must not fail a test that would pass.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Files of a worker share what they import. What a test changes of its process it has to restore.
    isolate: false,
    // Tests of leases, outages and paces wait most of their time: on two cores a third worker has room.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    // One PostgreSQL for the whole run, started by the first test that asks for a database.
    globalSetup: ["./packages/db/test/support/globalSetup.ts"],
    projects: rooms
      .filter((room) => existsSync(`${room}/test`))
      .map((room) => ({
        extends: true as const,
        root: room,
        test: { name: room.replace("packages/", ""), include: ["test/**/*.test.ts"] }
      }))
  }
})
