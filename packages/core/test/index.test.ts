import { readdirSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Context, Schema } from "effect"
import * as core from "../src/index.ts"

const sources = new URL("../src/", import.meta.url)

/** What a user names in a signature: models and errors, services, ids and vocabularies. */
const isNamed = (value: unknown): boolean =>
  Context.isKey(value) || (Schema.isSchema(value) && (isClass(value) || ["Literal", "Union"].includes(value.ast._tag)))

/** A field of stored rows, and what workers hand to layers: no signature of a port names them. */
const inside = new Set(["column", "Fence"])

it("the barrel has every model, error, service and vocabulary, by itself or in its namespace", async () => {
  const reachable = new Set<unknown>(
    Object.values(core).flatMap((value) => (isNamespace(value) ? [value, ...Object.values(value)] : [value]))
  )
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("testing/")
  )
  const missing: Array<string> = []
  for (const file of files) {
    const module: Record<string, unknown> = await import(new URL(file, sources).href)
    for (const [name, value] of Object.entries(module)) {
      if (isNamed(value) && !reachable.has(value) && !inside.has(name)) missing.push(`${file}: ${name}`)
    }
  }
  assert.deepStrictEqual(missing, [])
})

const isClass = (value: unknown) => typeof value === "function" && String(value).startsWith("class ")

const isNamespace = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === "[object Module]"
