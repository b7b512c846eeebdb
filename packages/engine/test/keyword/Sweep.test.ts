import { fold, foldAll } from "@domainflow/core/keyword/CaseFolding"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as AhoCorasick from "../../src/keyword/AhoCorasick.ts"
import { unitFolding } from "../../src/keyword/Folding.ts"
import { Sweep } from "../../src/keyword/Sweep.ts"
import { unitsOf } from "../../src/Units.ts"

/** Every word and where it starts and ends, by an automaton whose rows have `cells` to live in. */
const hits = (words: ReadonlyArray<string>, text: string, cells?: number) => {
  const automaton = AhoCorasick.make(words, cells)
  const found: Array<string> = []
  const sweep = new Sweep(automaton, (node, end) => {
    for (let at = automaton.word[node]! >= 0 ? node : automaton.shorter[node]!; at > 0; at = automaton.shorter[at]!) {
      const start = sweep.startOf(end, automaton.depth[at]!)
      if (start >= 0) found.push(`${words[automaton.word[at]!]} ${start} ${end}`)
    }
    return true
  })
  sweep.over(unitsOf(text), text.length)
  return found
}

const unit = fc.constantFrom("a", "b", "ß", "s", "İ", "i", "ﬃ", "f", "𐐔", "😀", "x")
const words = fc
  .uniqueArray(fc.string({ unit, minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8, selector: foldAll })
  .map((list) => list.map(foldAll))
const text = fc
  .tuple(fc.string({ unit, maxLength: 50 }), fc.constantFrom(1, 200))
  .map(([piece, times]) => piece.repeat(times))

describe("Sweep", () => {
  it("tells of every occurrence, longest first, in the order of their ends", () => {
    assert.deepStrictEqual(hits(["he", "she", "his", "hers"], "ushers"), ["she 1 4", "he 2 4", "hers 2 6"])
    assert.deepStrictEqual(hits(["a", "aa"], "aaa"), ["a 0 1", "aa 0 2", "a 1 2", "aa 1 3", "a 2 3"])
  })

  it("answers the same whether its nodes have rows or edges", () => {
    fc.assert(
      fc.property(words, text, (words, text) => {
        const rows = hits(words, text)
        assert.deepStrictEqual(hits(words, text, 1), rows)
        assert.deepStrictEqual(hits(words, text, 50), rows)
      })
    )
  })

  it("answers the same wherever a text is cut into lanes", () => {
    fc.assert(
      fc.property(words, text, fc.nat(2_000), (words, text, before) => {
        const moved = hits(words, "-".repeat(before) + text + "-".repeat(4_096))
        const expected = hits(words, text).map((hit) => {
          const [word, start, end] = hit.split(" ")
          return `${word} ${Number(start) + before} ${Number(end) + before}`
        })
        assert.deepStrictEqual(moved, expected)
      })
    )
  })

  it("finds a word longer than a lane", () => {
    const word = "ab".repeat(3_000)
    assert.deepStrictEqual(
      hits([word, "ba"], `x${word}x`).filter((hit) => hit.startsWith(word)),
      [`${word} 1 6001`]
    )
  })

  it("stops when it is told to", () => {
    const automaton = AhoCorasick.make(["a"])
    const ends: Array<number> = []
    const sweep = new Sweep(automaton, (_, end) => ends.push(end) < 3)
    sweep.over(unitsOf("a".repeat(10_000)), 10_000)
    assert.deepStrictEqual(ends, [1, 2, 3])
  })
})

describe("unitFolding", () => {
  it("knows every character that folds", () => {
    const beyond = Array.from({ length: 0x110000 - 0x20000 }, (_, i) => String.fromCodePoint(0x20000 + i))
    assert.deepStrictEqual(
      beyond.filter((character) => fold(character) !== character),
      []
    )
    const { leads, toMany } = unitFolding()
    assert.strictEqual(toMany.size, 104)
    assert.isTrue(leads.has(0xd801) && !leads.has(0xd83d))
  })
})
