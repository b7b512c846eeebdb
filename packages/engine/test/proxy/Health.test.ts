import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import * as Health from "../../src/proxy/Health.ts"

const fresh: Health.Health = { isHealthy: true, failures: 0, status: "", latencyMs: null }

describe("Health", () => {
  it("three failures in a row take a proxy out, and one good answer brings it back", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (answers) => {
        const self = answers.reduce(
          (self, good) => (good ? Health.succeeded(self, 5) : Health.failed(self, "x")),
          fresh
        )
        const inARow = answers.length - 1 - answers.lastIndexOf(true)
        assert.strictEqual(self.isHealthy, inARow < 3)
      })
    )
  })

  it("what was out stays out whatever else fails", () => {
    const out = { ...fresh, isHealthy: false }
    assert.isFalse(Health.failed(out, "x").isHealthy)
    assert.deepStrictEqual(Health.succeeded(out, 7), { isHealthy: true, failures: 0, status: "ok", latencyMs: 7 })
  })
})
