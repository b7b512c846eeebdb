import { Result, Schema, SchemaTransformation } from "effect"
import { nameOf } from "./Charset.ts"
import { InvalidPattern } from "./InvalidPattern.ts"

/** RFC 1035 2.3.4, in octets. */
const maxLabel = 63

/** The part of a label that stays: LDH ASCII, lower-cased; nothing at all is fine. Edges are judged with the label. */
export const Constant = Schema.String.annotate({ message: "give the characters that stay, or leave it out" })
  .check(
    // Before lower-casing: the Kelvin sign is no ASCII, its lower case is.
    Schema.isPattern(/^[A-Za-z0-9-]*$/, {
      message: "only a-z, 0-9 and - can stand in a label: spell other letters in their xn-- form"
    })
  )
  .pipe(Schema.decodeTo(Schema.String, SchemaTransformation.toLowerCase()))

const wholeNumber = `give a whole number from 1 to ${maxLabel}`

/** How many positions vary: at least one, at most what a label can hold. */
export const VariableLength = Schema.Number.annotate({ message: wholeNumber }).check(
  Schema.isInt({ message: wholeNumber }).and(
    Schema.isBetween({ minimum: 1, maximum: maxLabel }, { message: wholeNumber })
  )
)

/** A stretch of a label, left to right: characters that stay, or positions that count through an alphabet. */
export type Part = { readonly constant: string } | { readonly alphabet: string; readonly length: number }

/**
 * The characters of every position of a label, in counting order.
 *
 * A hyphen never stands at the edge of a label (RFC 1034 3.5): a variable edge counts without it, so the digits of a
 * name need not all have the same base; a constant that brings one there is refused. So is a label over 63 octets.
 */
export const positions = (parts: ReadonlyArray<Part>): Result.Result<ReadonlyArray<string>, InvalidPattern> => {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  if (length > maxLabel) {
    const problem = `the label would have ${length} characters and may have ${maxLabel}: shorten it or constantString`
    return Result.fail(InvalidPattern.at("variableLength", problem))
  }
  const inner = parts.flatMap((part) => ("constant" in part ? [...part.constant] : repeat(part.alphabet, part.length)))
  const all = inner.map((digits, at) => (at === 0 || at === inner.length - 1 ? digits.replace("-", "") : digits))
  // Only a constant can leave an edge without a character: every alphabet has a letter or a digit.
  if (all.includes("")) {
    const problem = "a label neither begins nor ends with a hyphen: take it off that edge"
    return Result.fail(InvalidPattern.at("constantString", problem))
  }
  return Result.succeed(all)
}

/** The parts for a reader: `3 letters or digits, then "test"`. */
export const inWords = (parts: ReadonlyArray<Part>): string =>
  parts
    .filter((part) => lengthOf(part) > 0)
    .map((part) => ("constant" in part ? `"${part.constant}"` : `${part.length} ${countedBy(part)}`))
    .join(", then ")

const lengthOf = (part: Part): number => ("constant" in part ? part.constant.length : part.length)

const repeat = (alphabet: string, length: number): ReadonlyArray<string> => new Array<string>(length).fill(alphabet)

const nouns = {
  letters: ["letter", "letters"],
  numbers: ["digit", "digits"],
  alphanumeric: ["letter or digit", "letters or digits"]
} as const

const countedBy = ({ alphabet, length }: Extract<Part, { alphabet: string }>): string => {
  const name = nameOf(alphabet)
  return name === undefined ? `of "${alphabet}"` : nouns[name][length === 1 ? 0 : 1]
}
