import type { KeywordRule } from "@domainflow/core/keyword/KeywordRule"
import { matches } from "@domainflow/core/keyword/Matcher"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { storedOffsets } from "../../src/keyword/Needle.ts"
import * as Scanner from "../../src/keyword/Scanner.ts"
import { regex, scan, string } from "./scanning.ts"

const counts = (text: string, rules: ReadonlyArray<KeywordRule>) =>
  scan(text, rules).map(({ count, matchedText, offsets, ruleIndex }) => ({ ruleIndex, matchedText, count, offsets }))

describe("laws", () => {
  // Letters that fold to one, to two, to three, to a pair; halves of pairs; and letters that look alike.
  const units = [
    "a",
    "b",
    "A",
    "B",
    " ",
    "ß",
    "ẞ",
    "s",
    "S",
    "ſ",
    "İ",
    "i",
    "I",
    "ı",
    "i\u0307",
    "σ",
    "ς",
    "Σ",
    "ﬁ",
    "ﬃ",
    "f"
  ]
  const rare = ["𐐔", "𐐼", "😀", "\ud801", "\udc00", "K", "k", "е", "e", "ᾳ", "Ι"]
  const few = fc.subarray([...units, ...rare], { minLength: 1, maxLength: 5 })
  const page = few.chain((some) => {
    const unit = fc.constantFrom(...some)
    return fc.record({
      words: fc.array(fc.tuple(fc.string({ unit, minLength: 1, maxLength: 5 }), fc.boolean()), { maxLength: 10 }),
      // Repeated, so that some are longer than what four lanes read at once.
      text: fc.tuple(
        fc.string({ unit: fc.oneof(unit, fc.constant("x")), maxLength: 60 }),
        fc.constantFrom(1, 3, 90, 150)
      )
    })
  })

  it("finds in any text what the definition of a match finds", () => {
    fc.assert(
      fc.property(page, ({ words, text: [piece, times] }) => {
        const text = piece.repeat(times)
        const rules = words.map(([pattern, isCaseSensitive]) => string(pattern, { isCaseSensitive }))
        const defined = rules.flatMap((rule, ruleIndex) => {
          const found = matches(text, rule)
          const [first] = found
          if (first === undefined) return []
          const offsets = found.slice(0, storedOffsets).map(({ start }) => start)
          return [{ ruleIndex, matchedText: text.slice(first.start, first.end), count: found.length, offsets }]
        })
        assert.deepStrictEqual(counts(text, rules), defined)
      }),
      { numRuns: 200 }
    )
  }, 30_000)

  it("quotes slices of well-formed text that are well-formed", () => {
    const unit = fc.constantFrom("buy", "b", " ", "😀", "e\u0301", "👩‍👧", "ß")
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), fc.nat(5), (text, contextChars) => {
        for (const found of scan(text, [
          string("buy", { contextChars }),
          regex("b.", { contextChars }),
          string("ss", { contextChars })
        ])) {
          for (const quoted of [found.matchedText, ...found.contexts])
            assert.isTrue(quoted.isWellFormed() && text.includes(quoted))
          for (const offset of found.offsets) assert.isTrue(text.slice(offset).isWellFormed())
          assert.isTrue(text.startsWith(found.matchedText, found.offsets[0]))
        }
      })
    )
  })
})

describe("a hostile page", () => {
  it("of a megabyte is scanned to its end by catastrophic patterns", () => {
    const text = `${"a".repeat(1_000_000)}!`
    const rules = ["(a|aa)+$", "(a*)*b", "(a+a+)+y", "(?:a?){50}a{50}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "a*!"].map(
      (pattern) => regex(pattern)
    )
    assert.deepStrictEqual(
      counts(text, rules).map(({ count, matchedText, ruleIndex }) => [ruleIndex, count, matchedText.length]),
      [[5, 1, 1_000]]
    )
  })

  it("cannot make a search that starts over at every letter go on", () => {
    // Each match is one letter, found after reading to the end for a longer one.
    const text = "a".repeat(50_000)
    const [found, after] = scan(text, [regex("a.*b|a"), string("a")])
    assert.isAbove(found?.count ?? 0, 10)
    assert.isBelow(found?.count ?? 0, 50_000)
    assert.strictEqual(after?.count, 50_000)
  })

  it("of one letter cannot stall a set of all its powers", () => {
    const rules = Array.from({ length: 300 }, (_, length) => string("a".repeat(length + 1)))
    const found = scan("a".repeat(20_000), rules)
    assert.deepStrictEqual(
      found.map(({ count }) => count),
      rules.map((_, length) => Math.floor(20_000 / (length + 1)))
    )
  })

  it("is scanned as far as any page is, on whole characters", () => {
    const text = `${"x".repeat(Scanner.longestScanned - 1)}😀tea`
    assert.deepStrictEqual(scan(text, [string("tea"), string("😀"), regex("😀")]), [])
    assert.strictEqual(scan(text, [string("x")])[0]?.count, Scanner.longestScanned - 1)
  })
})
