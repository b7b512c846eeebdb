import { type LinearPattern, LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Result } from "effect"
import * as Re2 from "../../src/keyword/Re2.ts"

const engine = Effect.runSync(Effect.scoped(Layer.build(Re2.layer))).pipe(Context.get(LinearRegex))
const compiled = (pattern: string, isCaseSensitive = false): LinearPattern =>
  Result.getOrThrow(engine.compile(pattern, isCaseSensitive))
const plenty = 1e9

const found = (pattern: string, text: string, from = 0, to = text.length) => {
  const all: Array<string> = []
  compiled(pattern).each(text, from, to, plenty, (start, end) => all.push(text.slice(start, end)))
  return all
}

describe("compile", () => {
  it("refuses in words what cannot be matched in linear time, or is none", () => {
    for (const pattern of [
      "(?=a)",
      "(?<!a)b",
      "(a)\\1",
      "a{1001}",
      "(",
      "[",
      "*",
      "a**",
      "\\",
      "[b-a]",
      "(?P<n>a)(?P<n>b)"
    ]) {
      const refused = engine.compile(pattern, false)
      assert.isTrue(Result.isFailure(refused) && refused.failure.length > 10, pattern)
    }
  })

  it("refuses what nests too deeply, however deep", () => {
    for (const depth of [1_001, 2_000, 100_000])
      assert.isTrue(Result.isFailure(engine.compile(`${"(".repeat(depth)}a${")".repeat(depth)}`, false)))
    assert.isTrue(Result.isSuccess(engine.compile(`${"(".repeat(400)}a${")".repeat(400)}`, false)))
  })

  it("refuses at once what would compile to a machine too large", () => {
    for (const pattern of [
      "(x{1000}){1000}",
      "((a{100}){100}){100}",
      "(?:\\Qab\\E{999}){999}",
      "(a|b){1000}(\\C{1000}){1000}"
    ]) {
      const refused = engine.compile(pattern, false)
      assert.isTrue(Result.isFailure(refused), pattern)
    }
    assert.isTrue(Result.isSuccess(engine.compile("[a-z]{1,1000}", false)))
    assert.isTrue(Result.isSuccess(engine.compile(Array.from({ length: 500 }, (_, i) => `word${i}`).join("|"), false)))
  })
})

describe("each", () => {
  it("finds matches left to right, none empty, none overlapping", () => {
    assert.deepStrictEqual(found("a+|b*", "aab c BA"), ["aa", "b", "B", "A"])
    assert.deepStrictEqual(found("ß", "ẞ ß SS"), ["ẞ", "ß"])
    assert.deepStrictEqual(found(".", "😀é"), ["😀", "é"])
  })

  it("keeps to its part of the text, and sees what is beside it", () => {
    assert.deepStrictEqual(found("\\w+", "one two three", 4, 7), ["two"])
    assert.deepStrictEqual(found("\\bne\\b", "one ne", 1, 6), ["ne"])
    assert.deepStrictEqual(found("^ne", "one ne", 1, 6), [])
    assert.deepStrictEqual(found("^ne", "ne", 0, 2), ["ne"])
    assert.deepStrictEqual(found("t$", "at at", 0, 2), [])
    assert.deepStrictEqual(found("t$", "at at", 3, 5), ["t"])
  })

  it("stops when its work is done, and says how much that was", () => {
    const pattern = compiled("a.*b|a")
    const text = "a".repeat(20_000)
    let count = 0
    const done = pattern.each(text, 0, text.length, 1_000_000, () => count++)
    assert.isTrue(count > 0 && count < 20_000, String(count))
    assert.isTrue(done > 900_000 && done < 1_100_000, String(done))
    // A pattern that stops in the middle of a page is as good as new on the next.
    assert.deepStrictEqual(found("a.*b|a", "aab a"), ["aab", "a"])
    const little = pattern.each("aab", 0, 3, plenty, () => {})
    assert.isTrue(little > 0 && little < 2_000, String(little))
  })
})

describe("union", () => {
  it("rules out what does not match, and nothing else", () => {
    const union = engine.union([compiled("a+b"), compiled("C", true), compiled("\\d{3}"), compiled("x|^$")])
    assert.deepStrictEqual(union.candidates("AAB 12 c"), [0])
    assert.deepStrictEqual(union.candidates("C 123"), [1, 2])
    assert.deepStrictEqual(union.candidates(""), [3])
    assert.deepStrictEqual(engine.union([]).candidates("a"), [])
  })

  it("gives up on patterns that would need too many states, at once and for good", () => {
    const union = engine.union([compiled("(?:a|b)*a(?:a|b){100}c"), compiled("x".repeat(300)), compiled("y{400}")])
    let state = 1
    const text = Array.from({ length: 200_000 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 31 === 0 ? "a" : "b"
    }).join("")
    for (let time = 0; time < 20; time++) assert.include(union.candidates(text), 0)
  })
})
