import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import * as fc from "fast-check"
import { DomainName } from "../../src/DomainName.ts"
import * as ConfigDetails from "../../src/generation/ConfigDetails.ts"
import * as Enumeration from "../../src/generation/Enumeration.ts"
import { OffsetOutOfRange } from "../../src/generation/Space.ts"
import { alike, counted, everySize, labels, large, listable, names } from "./spellings.ts"

const base = { patternType: "prefix", characterSet: "abc123", variableLength: 3, constantString: "test", tld: ".com" }
const parse = (fields: Partial<Record<keyof typeof base, unknown>> = {}) =>
  Result.getOrThrow(Enumeration.parse({ ...base, ...fields }))

const hash = (enumeration: Enumeration.Enumeration) => Effect.runPromise(Enumeration.configHash(enumeration))

describe("Enumeration", () => {
  it("spells the documented example", () => {
    const enumeration = parse()
    assert.strictEqual(enumeration.at(100n), "c22test.com")
    assert.strictEqual(enumeration.indexOf("c22test.com"), 100n)
    assert.strictEqual(enumeration.size, 216n)
    assert.strictEqual(enumeration.sourceKeyword, "test")
    assert.strictEqual(enumeration.sourcePattern, '3 of "abc123", then "test"')
    assert.strictEqual(enumeration.tld, "com")
  })

  it("puts the variable part where each pattern says", () => {
    const first = (patternType: string, constantString = "shop") => {
      const enumeration = parse({ patternType, constantString, characterSet: "numbers", variableLength: 2 })
      return [...enumeration.spell(0n, 2), enumeration.at(enumeration.size - 1n), enumeration.sourcePattern]
    }
    assert.deepStrictEqual(first("prefix"), ["00shop.com", "01shop.com", "99shop.com", '2 digits, then "shop"'])
    assert.deepStrictEqual(first("suffix"), ["shop00.com", "shop01.com", "shop99.com", '"shop", then 2 digits'])
    const both = ["00shop00.com", "00shop01.com", "99shop99.com", '2 digits, then "shop", then 2 digits']
    assert.deepStrictEqual(first("both"), both)
    assert.deepStrictEqual(first("prefix_suffix"), both)
    assert.deepStrictEqual(first("char_permutation", ""), ["00.com", "01.com", "99.com", "2 digits"])
  })

  it("counts N^L names, and N^(2L) on both sides", () => {
    assert.strictEqual(parse({ characterSet: "alphanumeric" }).size, 36n ** 3n)
    assert.strictEqual(parse({ characterSet: "letters", patternType: "both" }).size, 26n ** 6n)
    assert.strictEqual(parse({ characterSet: "ab", variableLength: 59 }).size, 2n ** 59n)
  })

  it("leaves the hyphen out at the edges, and only there", () => {
    const enumeration = parse({ patternType: "char_permutation", characterSet: "a-b", constantString: "" })
    assert.strictEqual(enumeration.size, 12n)
    assert.deepStrictEqual(names(enumeration).slice(0, 4), ["aaa.com", "aab.com", "a-a.com", "a-b.com"])
    const inner = parse({ patternType: "both", characterSet: "-a", variableLength: 2, constantString: "-" })
    assert.deepStrictEqual(names(inner), ["a---a.com", "a--aa.com", "aa--a.com", "aa-aa.com"])
    assert.deepStrictEqual(names(parse({ characterSet: "-a", variableLength: 1 })), ["atest.com"])
  })

  it("goes from offset to name and back", () => {
    const offsets = large.chain((enumeration) =>
      fc.tuple(fc.constant(enumeration), fc.bigInt({ min: 0n, max: enumeration.size - 1n }))
    )
    fc.assert(
      fc.property(offsets, ([enumeration, offset]) => {
        assert.strictEqual(enumeration.indexOf(enumeration.at(offset)), offset)
        assert.deepStrictEqual(enumeration.spell(offset, 1), [enumeration.at(offset)])
      })
    )
  })

  it("spells what counting through all words and leaving out edge hyphens spells", () => {
    fc.assert(
      fc.property(counted, (row) => {
        const enumeration = Result.getOrThrow(Enumeration.parse(row))
        const expected = labels(row)
          .filter((label) => !label.startsWith("-") && !label.endsWith("-"))
          .map((label) => `${label}.com`)
        assert.deepStrictEqual(enumeration.spell(0n, expected.length), expected)
        assert.strictEqual(enumeration.size, BigInt(expected.length))
      }),
      { numRuns: 500 }
    )
  })

  it("is as large as its positions have digits, multiplied", () => {
    fc.assert(
      fc.property(everySize, ({ digits, enumeration, hasHyphen, isEdge, positions }) => {
        const radices = positions.map((at) => BigInt(digits - (hasHyphen && isEdge(at) ? 1 : 0)))
        assert.strictEqual(
          enumeration.size,
          radices.reduce((product, radix) => product * radix, 1n)
        )
      })
    )
  })

  it("gives the same names in slices as in one piece, wherever it is cut and resumed", () => {
    const cuts = large.chain((enumeration) =>
      fc.tuple(
        fc.constant(enumeration),
        fc.oneof(
          fc.bigInt({ min: 0n, max: enumeration.size }),
          // The last names, where nothing may follow.
          fc.bigInt({ min: 0n, max: 5_000n }).map((back) => (back > enumeration.size ? 0n : enumeration.size - back))
        ),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 5 })
      )
    )
    fc.assert(
      fc.property(cuts, ([enumeration, from, counts]) => {
        const slices: Array<string> = []
        let at = from
        for (const wanted of counts) {
          const left = enumeration.size - at
          const count = left < BigInt(wanted) ? Number(left) : wanted
          slices.push(...enumeration.spell(at, count))
          at += BigInt(count)
        }
        assert.deepStrictEqual(slices, enumeration.spell(from, Number(at - from)))
        // A second one has no memory of what the first has spelled.
        const { characterSet, constantString, patternType, variableLength } = enumeration.pattern
        const again = parse({ patternType, characterSet, constantString, variableLength, tld: enumeration.tld })
        assert.deepStrictEqual(again.spell(from, Number(at - from)), slices)
      })
    )
  })

  it("spells every name once, in the order of its digits", () => {
    fc.assert(
      fc.property(listable, (enumeration) => {
        const all = enumeration.spell(0n, Number(enumeration.size))
        assert.strictEqual(new Set(all).size, all.length)
        const order = (name: string) => enumeration.indexOf(name) ?? -1n
        assert.isTrue(all.every((name, offset) => order(name) === BigInt(offset)))
      }),
      { numRuns: 30 }
    )
  })

  it("spells nothing that is no domain name", () => {
    const isName = Schema.is(DomainName)
    const somewhere = large.chain((enumeration) =>
      fc.tuple(
        fc.constant(enumeration),
        fc
          .constantFrom(0n, enumeration.size - 1n)
          .chain((edge) => fc.oneof(fc.constant(edge), fc.bigInt({ min: 0n, max: enumeration.size - 1n })))
      )
    )
    fc.assert(
      fc.property(somewhere, ([enumeration, offset]) => {
        const name = enumeration.at(offset)
        const label = name.slice(0, name.indexOf("."))
        assert.isTrue(isName(name), name)
        assert.match(label, /^(?!-)[a-z0-9-]{1,63}(?<!-)$/)
        assert.strictEqual(name, `${label}.${enumeration.tld}`)
      })
    )
  })

  it("judges offsets from outside as values", () => {
    const enumeration = parse()
    assert.deepStrictEqual(Enumeration.offset(enumeration, 215n), Result.succeed(215n))
    for (const value of [-1n, 216n, 2n ** 70n]) {
      const judged = Enumeration.offset(enumeration, value)
      assert.isTrue(Result.isFailure(judged) && judged.failure instanceof OffsetOutOfRange)
      assert.throws(() => enumeration.at(value), OffsetOutOfRange)
    }
  })

  it("has the same hash if and only if every offset gives the same name", async () => {
    await fc.assert(
      fc.asyncProperty(alike, alike, async (one, other) => {
        const same = JSON.stringify(names(one)) === JSON.stringify(names(other))
        assert.strictEqual((await hash(one)) === (await hash(other)), same)
        assert.strictEqual(
          ConfigDetails.canonical(one.configDetails) === ConfigDetails.canonical(other.configDetails),
          same
        )
      }),
      { numRuns: 2_000 }
    )
  })

  it("hashes different words for the same names alike", async () => {
    const same: ReadonlyArray<readonly [Record<string, unknown>, Record<string, unknown>]> = [
      [{ patternType: "both" }, { patternType: "prefix_suffix" }],
      [{ tld: ".COM" }, { tld: "com" }],
      [{ tld: ".рф" }, { tld: "XN--P1AI" }],
      [{ characterSet: "letters" }, { characterSet: "abcdefghijklmnopqrstuvwxyz" }],
      [{ characterSet: "Alphanumeric" }, { characterSet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789aaa" }],
      [{ constantString: "TEST" }, { constantString: "test" }],
      [{ constantString: "" }, { patternType: "char_permutation", constantString: null }],
      [{ constantString: "" }, { patternType: "suffix", constantString: undefined }],
      [
        { characterSet: "a", constantString: "b" },
        { characterSet: "b", patternType: "suffix", constantString: "aaa", variableLength: 1 }
      ],
      [
        { characterSet: "-a", variableLength: 1 },
        { characterSet: "a", variableLength: 1 }
      ]
    ]
    for (const [one, other] of same)
      assert.strictEqual(await hash(parse(one)), await hash(parse(other)), JSON.stringify([one, other]))
    const different = [
      { characterSet: "bac123" },
      { tld: "net" },
      { variableLength: 4 },
      { constantString: "tset" },
      { patternType: "suffix" }
    ]
    const hashes = await Promise.all([{}, ...different].map((fields) => hash(parse(fields))))
    assert.strictEqual(new Set(hashes).size, hashes.length)
  })

  it("keeps its hash from release to release", async () => {
    const details = '{"label":[{"characters":"abc123","length":3},{"constant":"test"}],"tld":"com"}'
    assert.strictEqual(ConfigDetails.canonical(parse().configDetails), details)
    assert.strictEqual(await hash(parse()), "676890b1cc284876fceb6d794792167f73beac3a977d8d2b6d1a84ea0f0d3dda")
  })

  it("stores configuration details as plain JSON", () => {
    fc.assert(
      fc.property(large, ({ configDetails }) => {
        const stored: unknown = JSON.parse(JSON.stringify(configDetails))
        assert.deepStrictEqual(Schema.decodeUnknownSync(ConfigDetails.ConfigDetails)(stored), configDetails)
      })
    )
  })
})
