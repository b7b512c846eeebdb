import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Rotation from "../src/persona/Rotation.ts"

const personas = ["a", "b", "c"] as const

describe("Rotation", () => {
  it("passes with every turn when no interval is set", () => {
    const on = [0, 1, 2, 3, 4].map((turns) => Rotation.at(personas, 0, { turns, elapsedMillis: 9e9 }))
    assert.deepStrictEqual(on, ["a", "b", "c", "a", "b"])
  })

  it("leaves a persona on for the whole interval, whatever the turns", () => {
    const on = [0, 1_999, 2_000, 3_999, 4_000, 6_000].map((elapsedMillis) =>
      Rotation.at(personas, 2, { turns: elapsedMillis * 7, elapsedMillis })
    )
    assert.deepStrictEqual(on, ["a", "a", "b", "b", "c", "a"])
  })

  it("is fair over whole cycles and never leaves the list", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uuid(), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (ids, first) => {
          const [head, ...tail] = ids
          const cycle = ids.map((_, turn) =>
            Rotation.at([head!, ...tail], 0, { turns: first + turn, elapsedMillis: 0 })
          )
          assert.sameMembers(cycle, ids)
        }
      )
    )
  })
})
