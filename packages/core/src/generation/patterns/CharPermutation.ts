import { Schema } from "effect"
import { Charset } from "../Charset.ts"
import { type Part, VariableLength } from "../Label.ts"

/** Every word of a length, repetition allowed: `aa`, `ab`, … A constant has no place in it. */
export const fields = {
  characterSet: Charset,
  variableLength: VariableLength,
  constantString: Schema.String.check(
    Schema.isMaxLength(0, { message: "leave it empty: every position of this pattern varies" })
  )
}

export const parts = (pattern: Schema.Struct.Type<typeof fields>): ReadonlyArray<Part> => [
  { alphabet: pattern.characterSet, length: pattern.variableLength }
]
