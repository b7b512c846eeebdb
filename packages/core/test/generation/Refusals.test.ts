import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import * as Enumeration from "../../src/generation/Enumeration.ts"
import { InvalidPattern, type PatternField } from "../../src/generation/InvalidPattern.ts"
import { Pattern } from "../../src/generation/Pattern.ts"

const base = { patternType: "prefix", characterSet: "letters", variableLength: 3, constantString: "shop", tld: "com" }

const refusal = (params: unknown) => {
  const parsed = Enumeration.parse(params)
  assert.isTrue(Result.isFailure(parsed), `accepted ${inspect(params)}`)
  return Result.isFailure(parsed) ? parsed.failure : assert.fail()
}

/** The fields that `params` is refused for, each with a problem to read. */
const refused = (params: unknown): ReadonlyArray<PatternField> => {
  const failure = refusal(params)
  assert.instanceOf(failure, InvalidPattern)
  for (const { field, problem } of failure.issues) {
    assert.isAbove(problem.length, 10, field)
    assert.include(failure.message, `${field}: ${problem}`)
  }
  return failure.issues.map(({ field }) => field)
}

const refusedFor = (field: PatternField, values: ReadonlyArray<unknown>, fields: object = {}) => {
  for (const value of values) {
    assert.deepStrictEqual(refused({ ...base, ...fields, [field]: value }), [field], inspect(value))
  }
}

describe("Enumeration.parse refuses", () => {
  it("unknown patterns", () => {
    refusedFor("patternType", ["", "PREFIX", "infix", null, 7, undefined])
    assert.include(refusal({ ...base, patternType: "infix" }).message, Pattern.discriminants.join(", "))
  })

  it("alphabets that are empty, hyphens only, or not LDH ASCII", () => {
    // The Kelvin sign lower-cases to k, the dotted capital I to two characters, full-width letters look like ASCII.
    refusedFor("characterSet", [
      "",
      "-",
      "--",
      "a b",
      "a,b",
      "ä",
      "a_b",
      "a.b",
      "\u212A",
      "\u0130",
      "ａ",
      "a\n",
      3,
      null
    ])
  })

  it("lengths that are no whole number from 1 to 63", () => {
    refusedFor("variableLength", [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 64, 1e12, "3", null, 3n])
  })

  it("constants that are not LDH ASCII", () => {
    refusedFor("constantString", ["a b", "ä", "a_b", "a.b", "\u212A", "ａ", "a\n", 3])
  })

  it("a hyphen at the edge of the label, and no other", () => {
    refusedFor("constantString", ["-", "shop-", "-shop-"], { patternType: "prefix" })
    refusedFor("constantString", ["-", "-shop"], { patternType: "suffix" })
    for (const [patternType, constantString] of [
      ["prefix", "-shop"],
      ["suffix", "shop-"],
      ["both", "-"],
      ["both", "--shop--"],
      ["prefix", "xn--shop"]
    ]) {
      assert.isTrue(Result.isSuccess(Enumeration.parse({ ...base, patternType, constantString })), constantString)
    }
  })

  it("a constant where every position varies", () => {
    refusedFor("constantString", ["shop", "-"], { patternType: "char_permutation" })
  })

  it("top-level domains that are none", () => {
    const long = `${"a".repeat(64)}.com`
    refusedFor("tld", ["", ".", "..com", "com.", "co..uk", "-com", "com-", "c_m", "c m", "123", "co.123", "xn--"])
    refusedFor("tld", [long, "a/b", "a:80", "u@com", "com?", "%63om", "\u{1F4A9}.", "\u00AD", null, 1])
  })

  it("labels over 63 characters", () => {
    refusedFor("variableLength", [60], {})
    refusedFor("variableLength", [32], { patternType: "both", constantString: "" })
    refusedFor("variableLength", [1], { constantString: "a".repeat(63) })
    assert.isTrue(Result.isSuccess(Enumeration.parse({ ...base, characterSet: "a", variableLength: 59 })))
    assert.isTrue(Result.isSuccess(Enumeration.parse({ ...base, variableLength: 1, constantString: "a".repeat(62) })))
  })

  it("names over 253 characters", () => {
    const tld = (length: number) => `${"a.".repeat(100)}${"b".repeat(length - 200)}`
    // Seven characters and a dot leave 245 to the TLD.
    assert.isTrue(Result.isSuccess(Enumeration.parse({ ...base, tld: tld(245) })))
    refusedFor("tld", [tld(246), tld(253), tld(254)])
  })

  it("more than 2^63 - 1 names", () => {
    const sizes = (fields: object) => Enumeration.parse({ ...base, constantString: "", ...fields })
    const binary = (variableLength: number) => sizes({ characterSet: "01", variableLength })
    assert.strictEqual(Result.getOrThrow(binary(62)).size, 2n ** 62n)
    for (const [fields, size] of [
      [{ characterSet: "01", variableLength: 63 }, 2n ** 63n],
      [{ characterSet: "letters", variableLength: 14 }, 26n ** 14n],
      [{ patternType: "both", characterSet: "alphanumeric", variableLength: 31 }, 36n ** 62n]
    ] as const) {
      const failure = refusal({ ...base, constantString: "", ...fields })
      assert.strictEqual(failure._tag, "SpaceTooLarge")
      assert.include(failure.message, `${size} names`)
      assert.include(failure.message, "variableLength")
    }
  })

  it("everything at once, each on its field", () => {
    assert.deepStrictEqual(
      refused({ patternType: "prefix", characterSet: "", variableLength: 0, constantString: "_", tld: "_" }),
      ["characterSet", "variableLength", "constantString", "tld"]
    )
    assert.deepStrictEqual(refused({ ...base, patternType: "infix", tld: "" }), ["patternType", "tld"])
    assert.deepStrictEqual(refused({}), ["patternType", "tld"])
    assert.deepStrictEqual(refused({ patternType: "prefix" }), ["characterSet", "variableLength", "tld"])
    for (const nothing of [null, undefined, 3, "prefix", []])
      assert.deepStrictEqual(refused(nothing), ["patternType", "tld"])
  })

  it("whatever it cannot spell, by a typed error and never a throw", () => {
    const anything = fc.record(
      {
        patternType: fc.oneof(fc.constantFrom(...Pattern.discriminants), fc.anything()),
        characterSet: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
        variableLength: fc.oneof(fc.integer({ min: -1, max: 70 }), fc.double(), fc.anything()),
        constantString: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
        tld: fc.oneof(fc.string({ unit: "binary" }), fc.domain(), fc.anything())
      },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(fc.oneof(anything, fc.anything()), (params) => {
        const parsed = Enumeration.parse(params)
        if (Result.isFailure(parsed)) assert.include(["InvalidPattern", "SpaceTooLarge"], parsed.failure._tag)
        else assert.strictEqual(parsed.success.indexOf(parsed.success.at(0n)), 0n)
      }),
      { numRuns: 500 }
    )
  })
})
