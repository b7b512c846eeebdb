import { Effect, Predicate, Schema, SchemaIssue } from "effect"
import { LinearRegex } from "./LinearRegex.ts"

export const RuleType = Schema.Literals(["string", "regex"])
export type RuleType = typeof RuleType.Type

/** One thing to look for. Stored as JSON in `keyword_sets.rules`, in order: a finding names its rule by index. */
export const KeywordRule = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  /** A regex is RE2's, where `\b`, `\w` and `\d` know ASCII alone: a Cyrillic word stands between `\PL`. */
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

/** What was given as the rules of a set is not. Nothing of it is kept. */
export class InvalidKeywordRules extends Schema.TaggedError<InvalidKeywordRules>()("InvalidKeywordRules", {
  /** The first rule at fault, from 0; null when it is no list of rules at all. */
  ruleIndex: Schema.NullOr(Schema.Int),
  /** Its field at fault, such as `pattern`; empty when it is the rule as a whole. */
  field: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return this.ruleIndex === null
      ? `keyword rules: ${this.reason}`
      : `keyword rule ${this.ruleIndex}${this.field === "" ? "" : `, ${this.field}`}: ${this.reason}`
  }
}

/** The longest pattern a rule may have, in UTF-16 units: longer than any keyword, short enough to quote in an error. */
export const longestPattern = 4_096

/**
 * The rules in `json`, each with its defaults, ready to be stored or scanned for.
 *
 * Refused are a shape that is wrong, an empty pattern, one that PostgreSQL could not store (NUL, half a surrogate pair)
 * and a regex that the linear-time engine does not take; the error names the first such rule and its field.
 */
export const parseRules = (
  json: unknown
): Effect.Effect<ReadonlyArray<KeywordRule>, InvalidKeywordRules, LinearRegex> =>
  Array.isArray(json)
    ? Effect.forEach(json, parseRule)
    : Effect.fail(new InvalidKeywordRules({ ruleIndex: null, field: "", reason: "expected an array of rules" }))

const parseRule = (json: unknown, ruleIndex: number): Effect.Effect<KeywordRule, InvalidKeywordRules, LinearRegex> =>
  Effect.gen(function* () {
    const refuse = (field: string, reason: string) => new InvalidKeywordRules({ ruleIndex, field, reason })
    const rule = yield* decode(withoutNulls(json)).pipe(
      Effect.mapError((error) => {
        const [first] = shapeIssues(error.issue).issues
        return refuse((first?.path ?? []).map(String).join("."), first?.message ?? error.message)
      })
    )
    if (rule.pattern.length > longestPattern)
      return yield* refuse("pattern", `longer than ${longestPattern} characters`)
    if (!rule.pattern.isWellFormed() || rule.pattern.includes("\0"))
      return yield* refuse("pattern", "holds NUL or half a surrogate pair, which no page does")
    if (rule.ruleType === "string") return rule
    const regex = (yield* LinearRegex).compile(rule.pattern, rule.isCaseSensitive)
    return regex._tag === "Failure" ? yield* refuse("pattern", regex.failure) : rule
  })

/** Earlier installations wrote null for what was not said. */
const withoutNulls = (json: unknown): unknown =>
  Predicate.isObject(json) ? Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null)) : json

const decode = Schema.decodeUnknownEffect(KeywordRule)
const shapeIssues = SchemaIssue.makeFormatterStandardSchemaV1()
