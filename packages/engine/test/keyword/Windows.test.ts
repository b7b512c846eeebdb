import { assert, describe, it } from "@effect/vitest"
import { windows } from "../../src/keyword/Windows.ts"

const around = (text: string, places: ReadonlyArray<string>, gaps: number) => {
  const ends = places.map((place) => text.indexOf(place) + place.length)
  const found = windows(
    text,
    places.map((place) => text.indexOf(place)),
    ends,
    gaps
  )
  return found?.from.map((from, i) => text.slice(from, found.to[i])) ?? null
}

describe("windows", () => {
  const text = "one two  three four\tfive six seven"

  it("reach as far as the white space that a match may touch", () => {
    assert.deepStrictEqual(around(text, ["hre"], 0), ["three"])
    assert.deepStrictEqual(around(text, ["hre"], 1), ["two  three four"])
    assert.deepStrictEqual(around(text, ["hre"], 2), ["one two  three four\tfive"])
    assert.deepStrictEqual(around(text, ["one"], 1), ["one two"])
    assert.deepStrictEqual(around(text, ["seven"], 0), ["seven"])
  })

  it("are one where they meet", () => {
    assert.deepStrictEqual(around(text, ["one", "three", "seven"], 0), ["one", "three", "seven"])
    assert.deepStrictEqual(around(text, ["one", "three", "seven"], 1), ["one two  three four", "six seven"])
    assert.deepStrictEqual(around(`aXbXc ${text}`, ["aX", "bX", "c"], 0), ["aXbXc"])
  })

  it("are none when finding them is more than reading the text", () => {
    const word = "x".repeat(1_000)
    assert.isNull(windows(word, [1, 2, 3], [2, 3, 4], 0))
    assert.deepStrictEqual(windows("", [], [], 3), { from: [], to: [] })
  })
})
