import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { fold, foldAll } from "../../src/keyword/CaseFolding.ts"
import { matches } from "../../src/keyword/Matcher.ts"

const found = (text: string, pattern: string, isCaseSensitive = false) =>
  matches(text, { pattern, isCaseSensitive }).map(({ start, end }) => text.slice(start, end))

describe("fold", () => {
  it("says of one character what the case-insensitive regex of the language says", () => {
    const differing: Array<string> = []
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      const folded = fold(character)
      if (folded === character || Array.from(folded).length > 1) continue
      if (!new RegExp(`^\\u{${folded.codePointAt(0)!.toString(16)}}$`, "iu").test(character)) differing.push(character)
    }
    assert.deepStrictEqual(differing, [])
  })

  it("makes several of exactly the 104 characters that Unicode folds to several", () => {
    let count = 0
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const folded = fold(String.fromCodePoint(code))
      if (folded === String.fromCodePoint(code)) continue
      assert.strictEqual(foldAll(folded), folded)
      if (Array.from(folded).length > 1) count++
    }
    assert.strictEqual(count, 104)
    assert.deepStrictEqual(["ß", "ẞ", "ﬃ", "İ", "ı", "ς", "K", "\ud801"].map(fold), [
      "ss",
      "ss",
      "ffi",
      "i̇",
      "ı",
      "σ",
      "k",
      "\ud801"
    ])
  })
})

describe("matches", () => {
  it("finds whole characters, whatever their case, in the original text", () => {
    assert.deepStrictEqual(matches("İstanbul buy", { pattern: "BUY", isCaseSensitive: false }), [{ start: 9, end: 12 }])
    assert.deepStrictEqual(found("Die STRASSE, die Straße", "straße"), ["STRASSE", "Straße"])
    assert.deepStrictEqual(found("ΟΔΥΣΣΕΎΣ οδυσσεύς", "Οδυσσεύς"), ["ΟΔΥΣΣΕΎΣ", "οδυσσεύς"])
    assert.deepStrictEqual(found("ﬁn FIN", "fin"), ["ﬁn", "FIN"])
    assert.deepStrictEqual(found("𐐔𐐯𐑅 𐐼𐐇𐐝", "𐐼𐐯𐑅"), ["𐐔𐐯𐑅", "𐐼𐐇𐐝"])
    assert.deepStrictEqual(found("ıI", "i"), ["I"])
  })

  it("never cuts a character in two", () => {
    assert.deepStrictEqual(found("ß", "s"), [])
    assert.deepStrictEqual(found("ßx", "sx"), [])
    assert.deepStrictEqual(found("sß", "sss"), ["sß"])
    assert.deepStrictEqual(found("aß ssa", "ssa"), ["ssa"])
    assert.deepStrictEqual(found("😀", "\ud83d"), [])
    assert.deepStrictEqual(found("😀", "\ude00"), [])
    assert.deepStrictEqual(found("\ud83dx", "\ud83d"), ["\ud83d"])
  })

  it("is exact where case counts", () => {
    assert.deepStrictEqual(found("Buy buy BUY", "buy", true), ["buy"])
    assert.deepStrictEqual(found("ẞ ß ss", "ß", true), ["ß"])
  })

  it("goes left to right without overlap, and never matches nothing", () => {
    assert.deepStrictEqual(matches("aaaaa", { pattern: "aa", isCaseSensitive: false }), [
      { start: 0, end: 2 },
      { start: 2, end: 4 }
    ])
    assert.deepStrictEqual(found("abab", ""), [])
    assert.deepStrictEqual(found("", "a"), [])
  })

  it("agrees with the language where both can tell", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "A", "B", " ", "é", "É") })
    fc.assert(
      fc.property(text, text, (text, pattern) => {
        fc.pre(pattern !== "")
        const regex = new RegExp(
          pattern.replace(/[ab]/gi, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`).replace(/é/gi, "[éÉ]"),
          "g"
        )
        assert.deepStrictEqual(
          found(text, pattern),
          Array.from(text.matchAll(regex), (m) => m[0])
        )
      })
    )
  })
})
