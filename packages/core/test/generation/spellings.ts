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
