import type { KeywordRule } from "@domainflow/core/keyword/KeywordRule"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { Effect } from "effect"
import * as Re2 from "../../src/keyword/Re2.ts"
import * as Scanner from "../../src/keyword/Scanner.ts"

export const id = KeywordSetId.make("0190a0b0-0000-7000-8000-000000000001")

/** Rules with what a stored one says by default. */
export const string = (pattern: string, rest: Partial<KeywordRule> = {}): KeywordRule => ({
  pattern,
  ruleType: "string",
  isCaseSensitive: false,
  contextChars: 50,
  ...rest
})
export const regex = (pattern: string, rest: Partial<KeywordRule> = {}) =>
  string(pattern, { ruleType: "regex", ...rest })

type Sets = Parameters<typeof Scanner.make>[0]
/** A scanner on the engine of this release. */
export const make = (sets: Sets, adHoc: ReadonlyArray<string> = []) =>
  Effect.runSync(Scanner.make(sets, adHoc).pipe(Effect.provide(Re2.layer)))

/** What one set of rules finds. */
export const scan = (text: string, rules: ReadonlyArray<KeywordRule>, title: string | null = null) =>
  make([{ id, rules }]).scan({ text, title }).keywords
