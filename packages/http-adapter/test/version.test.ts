import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { open } from "./support/world.ts"

it("describes itself as the version that is published", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  const world = await open()
  const { body } = await world.browser("reader").ask("GET", "/openapi.json")
  await world.close()
  assert.strictEqual(body.info.version, version, "put the new version into src/Api.ts")
})
