import { existsSync, readdirSync } from "node:fs"
import { defineConfig } from "vitest/config"

const conditions = ["@domainflow/source"]
const rooms = [...readdirSync("packages").map((name) => `packages/${name}`), "internet", "examples"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Where globalSetup runs.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    // A machine that is busy with something else must not fail a test that would pass.
    testTimeout: 30_000,
    hookTimeout: 60_000,
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
