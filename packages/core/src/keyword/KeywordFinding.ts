import { Schema } from "effect"
import { RuleType } from "./KeywordRule.ts"
import { KeywordSetId } from "./KeywordSetId.ts"

/** Where a match was read. */
export const FindingField = Schema.Literals(["text", "title"])
export type FindingField = typeof FindingField.Type

/** One rule that matched a page: an element of `found_keywords_from_sets`. */
export const KeywordFinding = Schema.Struct({
  keywordSetId: KeywordSetId,
  ruleIndex: Schema.Int,
  pattern: Schema.String,
  ruleType: RuleType,
  category: Schema.optionalKey(Schema.String),
  /** The first match, a slice of the original text: its first 1,000 characters, should a regex match more. */
  matchedText: Schema.String,
  /** Matches in text and title together, however many. */
  count: Schema.Int,
  /** UTF-16 offsets of the first 100 matches into the readable text; matches in the title alone leave it empty. */
  offsets: Schema.Array(Schema.Int),
  /** At most three, each the match with up to `contextChars` characters on either side. */
  contexts: Schema.Array(Schema.String)
})
export type KeywordFinding = typeof KeywordFinding.Type

/** A word of the campaign itself that matched: an element of `found_ad_hoc_keywords`. */
export const AdHocFinding = Schema.Struct({
  keyword: Schema.String,
  count: Schema.Int,
  contexts: Schema.Array(Schema.String)
})
export type AdHocFinding = typeof AdHocFinding.Type
