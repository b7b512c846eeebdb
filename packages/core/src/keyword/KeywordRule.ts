import { Effect, Schema } from "effect"

export const RuleType = Schema.Literals(["string", "regex"])
export type RuleType = typeof RuleType.Type

/** One thing to look for. Stored as JSON in `keyword_sets.rules`, in order: a finding names its rule by index. */
export const KeywordRule = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  pattern: Schema.NonEmptyString,
  ruleType: RuleType,
  isCaseSensitive: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  category: Schema.optionalKey(Schema.String),
  /** Characters of context on either side of a match. */
  contextChars: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(50))
  )
})
export type KeywordRule = typeof KeywordRule.Type

/** A rule cannot be used: the engine refuses its regex, or a field is out of range. `index` is its place in the set. */
export class InvalidKeywordRules extends Schema.TaggedError<InvalidKeywordRules>()("InvalidKeywordRules", {
  index: Schema.Int,
  field: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `rule ${this.index} cannot be saved: ${this.field}: ${this.reason}`
  }
}
