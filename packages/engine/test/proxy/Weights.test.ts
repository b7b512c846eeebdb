import { assert, it } from "@effect/vitest"
import * as Weights from "../../src/proxy/Weights.ts"

it("weights are what a campaign's metadata says, and one for each where it says nothing of the kind", () => {
  assert.deepStrictEqual(Weights.of({ proxyWeights: { a: 3, b: 1 }, note: "x" }), { a: 3, b: 1 })
  for (const odd of [null, "x", {}, { proxyWeights: 3 }, { proxyWeights: { a: 0 } }, { proxyWeights: { a: 1.5 } }]) {
    assert.deepStrictEqual(Weights.of(odd), {})
  }
})
