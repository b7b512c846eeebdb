import type { Schema } from "effect"
import { Charset } from "../Charset.ts"
import { Constant, type Part, VariableLength } from "../Label.ts"

/** A variable part before a constant: `aashop`, `abshop`, … */
export const fields = { characterSet: Charset, variableLength: VariableLength, constantString: Constant }

export const parts = (pattern: Schema.Struct.Type<typeof fields>): ReadonlyArray<Part> => [
  { alphabet: pattern.characterSet, length: pattern.variableLength },
  { constant: pattern.constantString }
]
