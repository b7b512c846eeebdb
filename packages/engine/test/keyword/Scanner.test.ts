import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { storedContexts, storedOffsets } from "../../src/keyword/Needle.ts"
import * as Re2 from "../../src/keyword/Re2.ts"
import * as Scanner from "../../src/keyword/Scanner.ts"
import { id, make, regex, scan, string } from "./scanning.ts"

const other = KeywordSetId.make("0190a0b0-0000-7000-8000-000000000002")

describe("a finding", () => {
  it("says which rule, what text, where, how often, and among what", () => {
    assert.deepStrictEqual(
      scan("İstanbul: BUY tea, buy more", [
        string("sell"),
        string("buy", { contextChars: 4, category: "shop", id: "r1" })
      ]),
      [
        {
          keywordSetId: id,
          ruleIndex: 1,
          pattern: "buy",
          ruleType: "string",
          category: "shop",
          matchedText: "BUY",
          count: 2,
          offsets: [10, 19],
          contexts: ["ul: BUY tea", "ea, buy mor"]
        }
      ]
    )
  })

  it("keeps the order of sets and rules, duplicates and overlaps included", () => {
    const { keywords } = make([
      { id, rules: [string("tea"), string("green tea"), regex("g.e+n"), string("TEA")] },
      { id: other, rules: [string("e"), string("green")] }
    ]).scan({ text: "Green tea", title: null })
    assert.deepStrictEqual(
      keywords.map((found) => [found.keywordSetId === id ? 1 : 2, found.ruleIndex, found.pattern, found.offsets]),
      [
        [1, 0, "tea", [6]],
        [1, 1, "green tea", [0]],
        [1, 2, "g.e+n", [0]],
        [1, 3, "TEA", [6]],
        [2, 0, "e", [2, 3, 7]],
        [2, 1, "green", [0]]
      ]
    )
  })

  it("counts text and title together, and places only what is in the text", () => {
    const [found] = scan("tea and tea", [string("tea", { contextChars: 1 })], "Tea! Tea")
    assert.deepStrictEqual([found?.count, found?.offsets, found?.matchedText], [4, [0, 8], "tea"])
    assert.deepStrictEqual(found?.contexts, ["tea ", " tea", "Tea!"])
    const [only] = scan("coffee", [regex("te+a")], "Tea")
    assert.deepStrictEqual([only?.count, only?.offsets, only?.matchedText, only?.contexts], [1, [], "Tea", ["Tea"]])
    // What runs from one into the other is in neither.
    assert.deepStrictEqual(scan("green", [string("greentea"), string("tea green")], "tea"), [])
    // The same words twice are two texts.
    assert.strictEqual(scan("tea", [string("tea")], "tea")[0]?.count, 2)
  })

  it("counts all and stores some", () => {
    const [found] = scan("x ".repeat(5_000), [string("x")])
    assert.strictEqual(found?.count, 5_000)
    assert.strictEqual(found?.offsets.length, storedOffsets)
    assert.strictEqual(found?.contexts.length, storedContexts)
  })

  it("does not remember the page before", () => {
    const scanner = make([{ id, rules: [string("tea"), regex("b.y")] }], ["now"])
    const first = scanner.scan({ text: "buy tea now", title: "tea" })
    assert.deepStrictEqual(scanner.scan({ text: "sell coffee", title: null }), { keywords: [], adHoc: [] })
    assert.deepStrictEqual(scanner.scan({ text: "buy tea now", title: "tea" }), first)
  })
})

describe("a string", () => {
  const finds = (text: string, pattern: string) => scan(text, [string(pattern)])[0]?.matchedText

  it("is found in any case, by the folding that all languages share", () => {
    for (const [text, pattern, found] of [
      ["Hauptstraße 5", "STRASSE", "straße"],
      ["HAUPTSTRASSE 5", "straße", "STRASSE"],
      ["ΤΗΣ ΟΔΟΣ", "οδος", "ΟΔΟΣ"],
      ["της οδος", "ΟΔΟΣ", "οδος"],
      ["КУПИТЬ чай", "купить", "КУПИТЬ"],
      ["e\u0301te\u0301", "E\u0301TE\u0301", "e\u0301te\u0301"],
      ["ﬁne ﬀ", "FINE", "ﬁne"],
      ["𐐔𐐯𐑅𐐨𐑉𐐯𐐻", "𐐼𐐯𐑅", "𐐔𐐯𐑅"],
      ["ＴＥＡ", "ｔｅａ", "ＴＥＡ"],
      ["お茶を買う", "買う", "買う"]
    ] as const)
      assert.strictEqual(finds(text, pattern), found, `${pattern} in ${text}`)
  })

  it("keeps apart what only one language takes for the same", () => {
    // The i without its dot, the dotted capital, and a letter with and without its accent.
    for (const [text, pattern] of [
      ["ISI", "ısı"],
      ["İZMİR", "izmir"],
      ["café", "cafe"],
      ["ß", "s"]
    ] as const)
      assert.isUndefined(finds(text, pattern), `${pattern} in ${text}`)
  })

  it("is placed in UTF-16 units, as slices of the text are", () => {
    const text = "😀 İstanbul 😀 buy 😀"
    const [found] = scan(text, [string("BUY", { contextChars: 2 })])
    assert.deepStrictEqual([found?.offsets, found?.contexts], [[text.indexOf("buy")], ["😀 buy 😀"]])
  })

  it("is counted where it does not overlap the one before", () => {
    assert.deepStrictEqual(scan("anananana", [string("ana")])[0]?.offsets, [0, 4])
    assert.deepStrictEqual(scan("anananana", [regex("ana")])[0]?.offsets, [0, 4])
  })
})

describe("ad-hoc keywords", () => {
  it("are string rules that case does not matter to, each told once", () => {
    const { adHoc, keywords } = make([], ["Straße", "tea", "tea", "", "."]).scan({ text: "STRASSE, Tea", title: null })
    assert.deepStrictEqual(keywords, [])
    assert.deepStrictEqual(adHoc, [
      { keyword: "Straße", count: 1, contexts: ["STRASSE, Tea"] },
      { keyword: "tea", count: 1, contexts: ["STRASSE, Tea"] }
    ])
  })
})

describe("a regex", () => {
  it("is case-sensitive when it says so, and never matches nothing", () => {
    const found = scan("Buy BUY buy", [
      regex("b.y"),
      regex("b.y", { isCaseSensitive: true }),
      regex("z*"),
      regex("\\b")
    ])
    assert.deepStrictEqual(
      found.map(({ count, ruleIndex }) => [ruleIndex, count]),
      [
        [0, 3],
        [1, 1]
      ]
    )
  })

  it("sees what is beside the part of a page that it is run on", () => {
    const text = `${"lorem ipsum ".repeat(100)}tea${" dolor sit".repeat(100)}`
    const count = (pattern: string) => scan(text, [regex(pattern)])[0]?.count ?? 0
    assert.strictEqual(count("\\btea\\b"), 1)
    assert.strictEqual(count("\\Btea"), 0)
    assert.strictEqual(count("^tea"), 0)
    assert.strictEqual(count("tea$"), 0)
    assert.strictEqual(count("ipsum\\s+tea(?:\\s+\\w+){2}"), 1)
    assert.strictEqual(count("^lorem.*tea.*sit$"), 1)
    assert.strictEqual(count("tea\\s+dolor$"), 0)
  })

  it("knows words of ASCII by \\b, and those of any script by \\pL", () => {
    const count = (pattern: string) => scan("Хочу купить чай, недорого", [regex(pattern)])[0]?.count ?? 0
    assert.strictEqual(count("\\bкупить\\b"), 0)
    assert.strictEqual(count("(?:^|\\PL)КУПИТЬ(?:\\PL|$)"), 1)
    assert.strictEqual(count("(?:^|\\PL)дорого(?:\\PL|$)"), 0)
  })

  it("that the engine refuses is named", () =>
    Effect.gen(function* () {
      const error = yield* Scanner.make([{ id, rules: [string("a"), regex("(?=a)")] }], []).pipe(Effect.flip)
      assert.deepStrictEqual([error._tag, error.keywordSetId, error.ruleIndex], ["RefusedRegex", id, 1])
      assert.include(error.message, "rule 1: ")
    }).pipe(Effect.provide(Re2.layer), Effect.runPromise))
})
