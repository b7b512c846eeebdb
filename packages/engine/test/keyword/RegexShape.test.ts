import { foldAll } from "@domainflow/core/keyword/CaseFolding"
import type { KeywordRule } from "@domainflow/core/keyword/KeywordRule"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { RE2JS } from "re2js"
import * as Re2 from "../../src/keyword/Re2.ts"
import { shapeOf } from "../../src/keyword/RegexShape.ts"
import * as Scanner from "../../src/keyword/Scanner.ts"

const literals = (pattern: string) => shapeOf(pattern).literals
const gaps = (pattern: string) => shapeOf(pattern).gaps

describe("shapeOf", () => {
  it("knows words that every match holds", () => {
    assert.deepStrictEqual(literals("\\bBuy\\s+today\\b"), ["today"])
    assert.deepStrictEqual(literals("(?:cheap|Best)\\s+tea"), ["cheap", "best"])
    assert.deepStrictEqual(literals("[\\w.]+@[\\w.]+"), ["@"])
    assert.deepStrictEqual(literals("colou?rs?"), ["color", "colors", "colour", "colours"])
    assert.deepStrictEqual(literals("[bB]uy(?:er)?s*"), ["buy", "buyer"])
    assert.deepStrictEqual(literals("(?i)Stra\\x{df}e"), ["strasse"])
    assert.deepStrictEqual(literals("\\Qa.b\\E+"), ["a."])
    assert.deepStrictEqual(literals("(?:tea){2,}x*"), ["tea"])
  })

  it("says nothing where a match may hold none, or only what every page does", () => {
    for (const pattern of ["\\w+", "tea|\\d+", "(?:tea)?", "(?:tea){0,3}", "a", "[a-z]x*", " ", "", "(?=tea)", "tea|"])
      assert.isNull(literals(pattern), pattern)
  })

  it("bounds the white space that a match touches", () => {
    assert.strictEqual(gaps("tea"), 0)
    assert.strictEqual(gaps("[^\\s]+@\\w+"), 0)
    assert.strictEqual(gaps("green\\s+tea"), 1)
    assert.strictEqual(gaps("(?:\\s)*tea[ \\t]{2,}"), 2)
    assert.strictEqual(gaps("tea.{0,20}price"), 20)
    assert.strictEqual(gaps("(?:a b|c d e)"), 2)
    for (const pattern of ["tea.*", "[^a]+", "(?:\\w+ )+", "\\W*", "(?<=x)y"])
      assert.strictEqual(gaps(pattern), Infinity)
  })
})

/** Patterns of all the syntax there is, and texts they may match. */
const pattern = fc.letrec<{ atom: string; term: string; sequence: string; choice: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom("a", "b", "ab", "buy", "now", "B", "ß", "ss", "K", "é", "😀", "@", "-", "\\.", "1", "\\Qa.b\\E"),
    fc.constantFrom(" ", "\\s", "\\n", "\\x20", "[ \\t]", "[\\s,]", ".", "(?s:.)", "[\\s\\S]"),
    fc.constantFrom(
      "\\d",
      "\\w",
      "\\S",
      "[a-c]",
      "[^ab]",
      "[^\\s]",
      "[abß]",
      "[[:alpha:]]",
      "\\pL",
      "[]a]",
      "[a\\-b]",
      "\\W"
    ),
    fc.constantFrom(
      "[\\pL\\s]",
      "[[:^space:]]",
      "[^[:space:]x]",
      "\\P{L}",
      "\\p{^L}",
      "[bB]",
      "[^\\n]",
      "[!-~]",
      "[\\t-\\r]",
      "\\x{41}"
    ),
    fc.constantFrom("^", "$", "\\b", "\\B", "\\A", "\\z", "(?m)^", "(?m)$", "(?i)", "(?-i)"),
    tie("choice").map((inner) => `(${inner})`),
    tie("choice").map((inner) => `(?:${inner})`)
  ),
  term: fc
    .tuple(tie("atom"), fc.constantFrom("", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{0,2}", "{2,}"))
    .map((parts) => parts.join("")),
  sequence: fc.array(tie("term"), { minLength: 1, maxLength: 4 }).map((terms) => terms.join("")),
  choice: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((ways) => ways.join("|"))
})).choice

const token = fc.constantFrom(..."a,b,A,B,ab,buy,Buy,NOW,now, ,  ,\n,\t,ß,SS,K,é,😀,@,-,.,1,77,x,]".split(","), ",")

const whole = (regex: RE2JS, text: string) => {
  const found: Array<readonly [number, number]> = []
  for (const matcher = regex.matcher(text); matcher.find(); )
    if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()])
  return found
}

const id = KeywordSetId.make("0190a0b0-0000-7000-8000-000000000001")

describe("laws", () => {
  const cases = fc.record({
    pattern,
    isCaseSensitive: fc.boolean(),
    text: fc.array(token, { maxLength: 60 }).map((t) => t.join(""))
  })

  it("every match holds a literal, and no more white space than was said", () => {
    fc.assert(
      fc.property(cases, ({ isCaseSensitive, pattern, text }) => {
        const regex = compile(pattern, isCaseSensitive)
        fc.pre(regex !== null)
        const shape = shapeOf(pattern)
        for (const [start, end] of whole(regex, text)) {
          const match = foldAll(text.slice(start, end))
          assert.isTrue(shape.literals?.some((literal) => match.includes(literal)) ?? true)
          assert.isAtMost(text.slice(start, end).match(/[\t\n\f\r ]+/g)?.length ?? 0, shape.gaps)
        }
      }),
      { numRuns: 300 }
    )
  }, 30_000)

  it("what the scanner runs on parts of a text finds what the engine finds in all of it", () => {
    fc.assert(
      fc.property(cases, ({ isCaseSensitive, pattern, text }) => {
        const regex = compile(pattern, isCaseSensitive)
        fc.pre(regex !== null)
        const rule: KeywordRule = { pattern, ruleType: "regex", isCaseSensitive, contextChars: 0 }
        const scanner = Effect.runSync(Scanner.make([{ id, rules: [rule] }], []).pipe(Effect.provide(Re2.layer)))
        const expected = whole(regex, text)
        const [found] = scanner.scan({ text, title: null }).keywords
        assert.strictEqual(found?.count ?? 0, expected.length)
        assert.deepStrictEqual(found?.offsets ?? [], expected.map(([start]) => start).slice(0, 100))
        if (expected[0] !== undefined) assert.strictEqual(found?.matchedText, text.slice(...expected[0]))
      }),
      { numRuns: 200 }
    )
  }, 30_000)
})

const compile = (pattern: string, isCaseSensitive: boolean): RE2JS | null => {
  try {
    return RE2JS.compile(pattern, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
  } catch {
    return null
  }
}
