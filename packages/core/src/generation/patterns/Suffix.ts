import type { Schema } from "effect"
import { Charset } from "../Charset.ts"
import { Constant, type Part, VariableLength } from "../Label.ts"

/** A variable part after a constant: `shopaa`, `shopab`, … */
export const fields = { characterSet: Charset, variableLength: VariableLength, constantString: Constant }

export const parts = (pattern: Schema.Struct.Type<typeof fields>): ReadonlyArray<Part> => [
  { constant: pattern.constantString },
  { alphabet: pattern.characterSet, length: pattern.variableLength }
]
