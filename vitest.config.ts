import { existsSync, readdirSync } from "node:fs"
import { defineConfig } from "vitest/config"

const conditions = ["@domainflow/source"]
const rooms = [...readdirSync("packages").map((name) => `packages/${name}`), "internet", "examples"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: rooms
      .filter((room) => existsSync(`${room}/test`))
      .map((room) => ({
        extends: true as const,
        root: room,
        test: { name: room.replace("packages/", ""), include: ["test/**/*.test.ts"] }
      }))
  }
})
