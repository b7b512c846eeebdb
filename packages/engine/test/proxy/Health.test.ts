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

  it("a sign of life ends a row of failures, brings nothing back and is no latency", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (failures) => {
        const self = failures.reduce((self, fails) => (fails ? Health.failed(self, "x") : Health.lived(self)), fresh)
        const longest = Math.max(
          ...failures
            .map((fails) => (fails ? "x" : " "))
            .join("")
            .split(" ")
            .map((row) => row.length)
        )
        assert.strictEqual(self.isHealthy, longest < 3)
        assert.isNull(self.latencyMs)
      })
    )
  })

  it("what was out stays out whatever else fails", () => {
    const out = { ...fresh, isHealthy: false }
    assert.isFalse(Health.failed(out, "x").isHealthy)
    assert.deepStrictEqual(Health.succeeded(out, 7), { isHealthy: true, failures: 0, status: "ok", latencyMs: 7 })
  })
})
