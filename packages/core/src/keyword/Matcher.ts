import { fold, foldAll } from "./CaseFolding.ts"

/** A match: UTF-16 offsets of its first character and of the one after its last. */
export interface Match {
  readonly start: number
  readonly end: number
}

/**
 * The matches of a string rule in `text`, left to right, none overlapping the one before. Neither end of a match is
 * within a character: `s` is not found in `ß`, though `ß` folds to `ss`, but `straße` is found by `STRASSE`.
 *
 * This is the definition, not the way pages are scanned: it tries every character of the text in turn.
 *
 * @example
 * ```ts
 * matches("İstanbul buy", { pattern: "BUY", isCaseSensitive: false }) // [{ start: 9, end: 12 }]
 * ```
 */
export const matches = (
  text: string,
  rule: { readonly pattern: string; readonly isCaseSensitive: boolean }
): ReadonlyArray<Match> => {
  const characters = Array.from(text)
  const said = rule.isCaseSensitive ? characters : characters.map(fold)
  const wanted = rule.isCaseSensitive ? rule.pattern : foldAll(rule.pattern)
  const found: Array<Match> = []
  if (wanted === "") return found
  for (let first = 0, start = 0; first < characters.length; ) {
    const after = endOf(wanted, said, first)
    const next = after ?? first + 1
    const end = start + characters.slice(first, next).join("").length
    if (after !== null) found.push({ start, end })
    first = next
    start = end
  }
  return found
}

/** The index after the characters from `first` on that spell `wanted` between them, to the letter; null if none do. */
const endOf = (wanted: string, said: ReadonlyArray<string>, first: number): number | null => {
  let left = wanted
  for (let at = first; at < said.length && left.startsWith(said[at]!); at++) {
    left = left.slice(said[at]!.length)
    if (left === "") return at + 1
  }
  return null
}
