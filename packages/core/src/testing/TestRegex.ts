import { Layer, Result } from "effect"
import { LinearRegex } from "../keyword/LinearRegex.ts"

/**
 * The platform's own regexes, less what a linear-time engine does not take: enough for suites that save rules. Not for
 * foreign patterns: a match may take for ever.
 */
export const layer = Layer.succeed(LinearRegex, {
  compile: (pattern, isCaseSensitive) => {
    if (/\(\?[=!<]|\\[1-9]/.test(pattern)) return Result.fail("no lookaround and no back-references")
    return Result.map(
      Result.try({ try: () => new RegExp(pattern, isCaseSensitive ? "gu" : "giu"), catch: (error) => `${error}` }),
      (regex) => ({
        pattern,
        isCaseSensitive,
        each: (text, from, to, _work, onMatch) => {
          for (const match of text.slice(from, to).matchAll(regex)) {
            if (match[0] !== "") onMatch(from + match.index, from + match.index + match[0].length)
          }
          return to - from
        }
      })
    )
  },
  union: (patterns) => ({ candidates: () => [...patterns.keys()] })
})
