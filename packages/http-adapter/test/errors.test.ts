import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import "../src/Api.ts"
import { catalogue, documentation } from "../src/problem/Problem.ts"

const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8")

it("has a place to read about every problem, with its status and what to do", () => {
  assert.match(documentation, /\/docs\/errors\.md$/)
  for (const [code, { status }] of catalogue) {
    const section = page.split(/^## /m).find((text) => text.startsWith(`${code}\n`))
    assert.isDefined(section, `docs/errors.md says nothing about ${code}`)
    assert.include(section, `Status ${status}.`, code)
    assert.isAbove(section!.length, code.length + 40, `docs/errors.md says too little about ${code}`)
  }
})

it("describes no problem that there is not", () => {
  const described = [...page.matchAll(/^## (.+)$/gm)].map(([, code]) => code)
  assert.deepStrictEqual(
    described.filter((code) => !catalogue.has(code!)),
    []
  )
})
