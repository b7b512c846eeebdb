import type { Schema } from "effect"
import { Charset } from "../Charset.ts"
import { Constant, type Part, VariableLength } from "../Label.ts"

/** A constant between two variable parts of the same length, counted as one number: `ashopa`, `ashopb`, … `bshopa`, … */
export const fields = { characterSet: Charset, variableLength: VariableLength, constantString: Constant }

export const parts = (pattern: Schema.Struct.Type<typeof fields>): ReadonlyArray<Part> => [
  { alphabet: pattern.characterSet, length: pattern.variableLength },
  { constant: pattern.constantString },
  { alphabet: pattern.characterSet, length: pattern.variableLength }
]
