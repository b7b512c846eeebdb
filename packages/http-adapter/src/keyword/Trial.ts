import * as Excerpt from "@domainflow/core/keyword/Excerpt"
import { InvalidKeywordRules, type KeywordRule, parseRules } from "@domainflow/core/keyword/KeywordRule"
import { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import * as Matcher from "@domainflow/core/keyword/Matcher"
import { Effect } from "effect"

/** Rules tried at once: each costs a pass over the text. */
const mostRules = 200

/** Units of work that one regex may do on a text (see `LinearPattern.each`): about a fiftieth of a second. */
const work = 2_000_000

/** Matches that are told with their place; the count goes on. */
const mostMatches = 100
const mostContexts = 3

/** What each rule of a set that need not be saved finds in a text, as a page would be searched. */
export const run = Effect.fn("KeywordSets.try")(function* (given: unknown, text: string) {
  if (Array.isArray(given) && given.length > mostRules) {
    const reason = `at most ${mostRules} rules are tried at once`
    return yield* new InvalidKeywordRules({ ruleIndex: null, field: "", reason })
  }
  const rules = yield* parseRules(given)
  const regexes = yield* LinearRegex
  // One rule at a time, so that nobody else waits for all of them.
  return yield* Effect.forEach(rules, (rule, ruleIndex) =>
    Effect.map(Effect.yieldNow, () => finding(rule, ruleIndex, text, matchesOf(rule, text, regexes)))
  )
})

const matchesOf = (rule: KeywordRule, text: string, regexes: LinearRegex["Service"]): ReadonlyArray<Matcher.Match> => {
  if (rule.ruleType === "string") return Matcher.matches(text, rule)
  const found: Array<Matcher.Match> = []
  const compiled = regexes.compile(rule.pattern, rule.isCaseSensitive)
  // A pattern that the engine refuses has been told already, by `parseRules`.
  if (compiled._tag === "Success") {
    compiled.success.each(text, 0, text.length, work, (start, end) => found.push({ start, end }))
  }
  return found
}

const finding = (rule: KeywordRule, ruleIndex: number, text: string, matches: ReadonlyArray<Matcher.Match>) => ({
  ruleIndex,
  pattern: rule.pattern,
  ruleType: rule.ruleType,
  count: matches.length,
  matches: matches.slice(0, mostMatches),
  contexts: matches.slice(0, mostContexts).map(({ end, start }) => Excerpt.context(text, start, end, rule.contextChars))
})
