import { Schema, SchemaTransformation } from "effect"

const letters = "abcdefghijklmnopqrstuvwxyz"
const numbers = "0123456789"

/** The alphabets that have a name. A literal list that spells the same characters in the same order is the same alphabet. */
export const named: Readonly<Record<"letters" | "numbers" | "alphanumeric", string>> = {
  letters,
  numbers,
  alphanumeric: letters + numbers
}

/**
 * The characters a variable position counts through, in that order: distinct, lower-case LDH ASCII (RFC 1034 3.5),
 * at least one of them a letter or a digit.
 *
 * Decodes `letters`, `numbers`, `alphanumeric` in any case, or the literal characters: `bAb` counts `b`, `a`.
 * Encodes to the name where there is one.
 */
export const Charset = Schema.String.annotate({ message: "name an alphabet or list its characters" })
  .check(
    // Before lower-casing: the Kelvin sign is no ASCII, its lower case is.
    Schema.isPattern(/^[A-Za-z0-9-]*$/, {
      message:
        "only a-z, 0-9 and - can stand in a label: use letters, numbers, alphanumeric or a list of such characters"
    }),
    Schema.isPattern(/[A-Za-z0-9]/, {
      message: "give at least one letter or digit: a label neither is empty nor begins or ends with a hyphen"
    })
  )
  .pipe(
    Schema.decodeTo(
      Schema.String.pipe(Schema.brand("Charset")),
      SchemaTransformation.transform({
        decode: (spelled) => {
          const lower = spelled.toLowerCase()
          return byName.get(lower) ?? [...new Set(lower)].join("")
        },
        encode: (alphabet) => nameOf(alphabet) ?? alphabet
      })
    )
  )
export type Charset = typeof Charset.Type

/** The name of an alphabet that has one. */
export const nameOf = (alphabet: string): keyof typeof named | undefined => byAlphabet.get(alphabet)

const byName = new Map(Object.entries(named))
const byAlphabet = new Map<string, keyof typeof named>([
  [named.letters, "letters"],
  [named.numbers, "numbers"],
  [named.alphanumeric, "alphanumeric"]
])
