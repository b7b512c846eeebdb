import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { context, longestQuote, quote } from "../../src/keyword/Excerpt.ts"

const around = (text: string, word: string, characters: number) =>
  context(text, text.indexOf(word), text.indexOf(word) + word.length, characters)

describe("context", () => {
  it("counts characters, not code units", () => {
    assert.strictEqual(around("one two three", "two", 2), "e two t")
    assert.strictEqual(around("😀😀😀buy😀😀😀", "buy", 2), "😀😀buy😀😀")
    assert.strictEqual(around("buy", "buy", 50), "buy")
    assert.strictEqual(around("a buy b", "buy", 0), "buy")
  })

  it("parts no letter from its accents and no emoji from its pieces", () => {
    const family = "👩‍👩‍👧‍👦"
    assert.strictEqual(around("xe\u0301 buy e\u0301x", "buy", 2), " buy ")
    assert.strictEqual(around("xe\u0301 buy e\u0301x", "buy", 3), "e\u0301 buy e\u0301")
    assert.strictEqual(around(`${family} buy ${family}`, "buy", 3), " buy ")
    assert.strictEqual(around(`${family} buy ${family}`, "buy", 8), `${family} buy ${family}`)
    assert.strictEqual(around("🇩🇪buy🇫🇷", "buy", 1), "buy")
  })

  it("is a well-formed slice of the text that holds the match", () => {
    const unit = fc.constantFrom("a", "e\u0301", "😀", "👩‍👧", "🇩🇪", "\r\n", "ß", " ", "\u200d")
    fc.assert(
      fc.property(fc.string({ unit }), fc.string({ unit }), fc.nat(12), (before, after, characters) => {
        const text = `${before}buy${after}`
        const cut = context(text, before.length, before.length + 3, characters)
        assert.isTrue(cut.isWellFormed() && text.includes(cut) && cut.includes("buy"))
        assert.isTrue(Array.from(cut).length <= 2 * characters + 3)
      })
    )
  })
})

describe("quote", () => {
  it("is the match, bounded", () => {
    assert.strictEqual(quote("a buy", 2, 5), "buy")
    const long = "😀".repeat(longestQuote + 1)
    assert.strictEqual(quote(long, 0, long.length), "😀".repeat(longestQuote))
    assert.strictEqual(context(`x${long}x`, 1, long.length + 1, 1), `x${"😀".repeat(longestQuote)}`)
  })
})
