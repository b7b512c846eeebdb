import type { AdHocFinding, KeywordFinding } from "@domainflow/core/keyword/KeywordFinding"
import type { KeywordRule } from "@domainflow/core/keyword/KeywordRule"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { Effect, Schema } from "effect"
import type { Needle, Reading } from "./Needle.ts"
import { Regexes } from "./Regexes.ts"
import { Words } from "./Words.ts"

/** Many rules, one pass over a page. */
export interface Scanner {
  /**
   * Every rule and every ad-hoc keyword that matches the page, in the order they were given. Plain and synchronous.
   *
   * The matches of one rule go left to right and do not overlap; those of two rules may. Text and title are matched
   * apart. Everything quoted is a slice of what was given, and offsets are UTF-16 offsets into `text`. Of a text over
   * `longestScanned` units only the beginning is scanned.
   */
  readonly scan: (page: Page) => {
    readonly keywords: ReadonlyArray<KeywordFinding>
    readonly adHoc: ReadonlyArray<AdHocFinding>
  }
}

export interface Page {
  readonly text: string
  readonly title: string | null
}

/** A regex that the engine does not take: one that was stored without being parsed. */
export class RefusedRegex extends Schema.TaggedError<RefusedRegex>()("RefusedRegex", {
  keywordSetId: KeywordSetId,
  ruleIndex: Schema.Int,
  reason: Schema.String
}) {
  override get message() {
    return `keyword set ${this.keywordSetId}, rule ${this.ruleIndex}: ${this.reason}`
  }
}

/** UTF-16 units of a text that are scanned: some 40 pages of 50 kB. */
export const longestScanned = 2_000_000

/** Characters of context beside an ad-hoc keyword: as many as for a rule that does not say. */
const adHocContext = 50

/**
 * Units of work for the regexes of one page, as the engine counts them: half a second of common ones, a few seconds of
 * the worst that anyone may write. A common one that has to read a whole page needs nine units a character, so that
 * twenty may read 200 kB. What a regex has found when its share is spent stands; what one leaves is for the others.
 */
const workOfPage = 40_000_000

/**
 * A scanner for the rules of `sets` and for `adHoc`, which are string rules that case does not matter to.
 *
 * All strings are found by one automaton, and so are the words without which a regex cannot match: most regexes never
 * run on most pages. It keeps buffers, so making one per campaign is meant, and one per page is not.
 *
 * @example
 * ```ts
 * const scanner = yield* Scanner.make([{ id, rules: yield* parseRules([{ pattern: "buy", ruleType: "string" }]) }], [])
 * scanner.scan({ text: "İstanbul: BUY tea", title: null }).keywords[0] // { matchedText: "BUY", offsets: [10], … }
 * ```
 */
export const make = (
  sets: ReadonlyArray<{ readonly id: KeywordSetId; readonly rules: ReadonlyArray<KeywordRule> }>,
  adHoc: ReadonlyArray<string>
): Effect.Effect<Scanner, RefusedRegex, LinearRegex> =>
  Effect.gen(function* () {
    const linear = yield* LinearRegex
    const words = new Words()
    const regexes = new Regexes(words)
    const seekers: Array<Seeker> = []

    for (const { id, rules } of sets)
      for (const [ruleIndex, rule] of rules.entries()) {
        let needle: Needle
        if (rule.ruleType === "string") needle = words.needle(rule.pattern, rule.isCaseSensitive)
        else {
          const regex = linear.compile(rule.pattern, rule.isCaseSensitive)
          if (regex._tag === "Failure")
            return yield* new RefusedRegex({ keywordSetId: id, ruleIndex, reason: regex.failure })
          needle = regexes.needle(regex.success)
        }
        needle.seekers.push(seekers.length)
        seekers.push({ needle, keywordSetId: id, ruleIndex, rule })
      }
    for (const keyword of new Set(adHoc)) {
      const needle = words.needle(keyword, false)
      needle.seekers.push(seekers.length)
      seekers.push({ needle, keyword })
    }

    const met: Array<Needle> = []
    const meet = (needle: Needle) => met.push(needle)
    const readWords = words.reader(meet)
    const readRegexes = regexes.reader(linear, meet)

    const scan: Scanner["scan"] = (page) => {
      try {
        let work = workOfPage
        for (const reading of readings(page)) {
          readWords(reading)
          work -= readRegexes(reading, work)
        }
        return report(
          met
            .flatMap((needle) => needle.seekers)
            .sort((a, b) => a - b)
            .map((number) => seekers[number]!)
        )
      } finally {
        for (const needle of met) needle.reset()
        met.length = 0
      }
    }
    return { scan }
  })

/** A rule of a set, or a keyword of the campaign. */
type Seeker =
  | {
      readonly needle: Needle
      readonly keywordSetId: KeywordSetId
      readonly ruleIndex: number
      readonly rule: KeywordRule
    }
  | { readonly needle: Needle; readonly keyword: string }

const readings = ({ text, title }: Page): ReadonlyArray<Reading> => {
  const readings = [{ text: cut(text), isTitle: false }]
  if (title !== null) readings.push({ text: cut(title), isTitle: true })
  return readings
}

const cut = (text: string): string => {
  if (text.length <= longestScanned) return text
  const partsPair = (text.charCodeAt(longestScanned) & 0xfc00) === 0xdc00
  return text.slice(0, partsPair ? longestScanned - 1 : longestScanned)
}

const report = (seekers: ReadonlyArray<Seeker>): ReturnType<Scanner["scan"]> => {
  const keywords: Array<KeywordFinding> = []
  const adHoc: Array<AdHocFinding> = []
  for (const seeker of seekers) {
    const { needle } = seeker
    if ("keyword" in seeker) {
      adHoc.push({ keyword: seeker.keyword, count: needle.count, contexts: needle.contexts(adHocContext) })
      continue
    }
    const { keywordSetId, rule, ruleIndex } = seeker
    keywords.push({
      keywordSetId,
      ruleIndex,
      pattern: rule.pattern,
      ruleType: rule.ruleType,
      ...(rule.category === undefined ? {} : { category: rule.category }),
      matchedText: needle.matchedText(),
      count: needle.count,
      offsets: needle.offsets,
      contexts: needle.contexts(rule.contextChars)
    })
  }
  return { keywords, adHoc }
}
