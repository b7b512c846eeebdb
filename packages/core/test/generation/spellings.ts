import { Result } from "effect"
import * as fc from "fast-check"
import * as Enumeration from "../../src/generation/Enumeration.ts"
import { Pattern } from "../../src/generation/Pattern.ts"

/** Parameters as a user may write them. Most describe an enumeration; the rest must be refused. */
const params = (options: {
  readonly characters: ReadonlyArray<string>
  readonly maxLength: number
  readonly maxConstant: number
}) =>
  fc.record({
    patternType: fc.constantFrom(...Pattern.discriminants),
    characterSet: fc.oneof(
      fc.constantFrom("letters", "numbers", "alphanumeric"),
      fc.string({ unit: fc.constantFrom(...options.characters), minLength: 1, maxLength: 40 })
    ),
    variableLength: fc.integer({ min: 1, max: options.maxLength }),
    constantString: fc.string({ unit: fc.constantFrom(...options.characters), maxLength: options.maxConstant }),
    tld: fc.constantFrom("com", ".COM", "co.uk", ".рф", "xn--p1ai", "XN--P1AI", "münchen.de")
  })

const enumerations = (spellings: fc.Arbitrary<unknown>, fits: (size: bigint) => boolean) =>
  spellings
    .map(Enumeration.parse)
    .filter(Result.isSuccess)
    .map(({ success }) => success)
    .filter(({ size }) => fits(size))

const everyCharacter = [..."abcdefghijklmnopqrstuvwxyz0123456789-ABCXYZ"]

/** Anything that can be spelled, up to 2^63 - 1 names. */
export const large = enumerations(params({ characters: everyCharacter, maxLength: 14, maxConstant: 20 }), () => true)

/** Small enough to be listed, large enough that digits carry over the odometer's wheel. */
export const listable = enumerations(
  params({ characters: everyCharacter, maxLength: 5, maxConstant: 6 }),
  (size) => size <= 40_000n
)

/** So few characters that two of them are often the same function by different words. */
export const alike = enumerations(
  params({ characters: ["a", "b", "-"], maxLength: 2, maxConstant: 2 }).map((row) => ({
    ...row,
    tld: row.tld === "com" ? ".COM" : "com"
  })),
  (size) => size <= 100n
)

/** Every name, each by itself. */
export const names = (enumeration: Enumeration.Enumeration): Array<string> =>
  Array.from({ length: Number(enumeration.size) }, (_, offset) => enumeration.at(BigInt(offset)))

/** Rows whose every word can be counted through, some with hyphens among what they count. */
export const counted = fc
  .record({
    patternType: fc.constantFrom(...Pattern.discriminants),
    characterSet: fc
      .uniqueArray(fc.constantFrom("b", "a", "-", "0", "z"), { minLength: 1, maxLength: 4 })
      .map((characters) => characters.join(""))
      .filter((characters) => characters !== "-"),
    variableLength: fc.integer({ min: 1, max: 3 }),
    constantString: fc.constantFrom("", "x", "x-y", "shop"),
    tld: fc.constant("com")
  })
  .map((row) => (row.patternType === "char_permutation" ? { ...row, constantString: "" } : row))

type Row = typeof counted extends fc.Arbitrary<infer R> ? R : never

/** The labels of a row by the letter of the specification, edge hyphens still among them: an odometer of nested loops. */
export const labels = ({ characterSet, constantString, patternType, variableLength }: Row): Array<string> => {
  const words = (length: number): Array<string> =>
    length === 0 ? [""] : words(length - 1).flatMap((head) => [...characterSet].map((digit) => head + digit))
  const one = words(variableLength)
  switch (patternType) {
    case "prefix":
      return one.map((word) => word + constantString)
    case "suffix":
      return one.map((word) => constantString + word)
    case "both":
    case "prefix_suffix":
      return one.flatMap((left) => one.map((right) => left + constantString + right))
    case "char_permutation":
      return one
  }
}

/** Enumerations of any size that is allowed, and what their size is made of. */
export const everySize = fc
  .record({
    patternType: fc.constantFrom(...Pattern.discriminants),
    characters: fc.uniqueArray(fc.constantFrom(...everyCharacter.filter((char) => char === char.toLowerCase())), {
      minLength: 1,
      maxLength: 37
    }),
    variableLength: fc.integer({ min: 1, max: 63 }),
    constantString: fc.constantFrom("", "x", "shop")
  })
  .map(({ characters, ...row }) => {
    const { patternType, variableLength } = row
    const isSplit = patternType === "both" || patternType === "prefix_suffix"
    const constantString = patternType === "char_permutation" ? "" : row.constantString
    const count = variableLength * (isSplit ? 2 : 1)
    return {
      parsed: Enumeration.parse({ ...row, constantString, characterSet: characters.join(""), tld: "com" }),
      digits: characters.length,
      hasHyphen: characters.includes("-"),
      positions: Array.from({ length: count }, (_, at) => at),
      isEdge: (at: number) =>
        (at === 0 && (patternType !== "suffix" || constantString === "")) ||
        (at === count - 1 && (patternType !== "prefix" || constantString === ""))
    }
  })
  .map(({ parsed, ...rest }) => (Result.isSuccess(parsed) ? { ...rest, enumeration: parsed.success } : undefined))
  .filter((sample) => sample !== undefined)
