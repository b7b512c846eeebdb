/** Characters beyond which a match is no longer quoted in full: a regex may match a whole page. */
export const longestQuote = 1_000

/** The match from `start` to `end` as a finding quotes it: `longestQuote` characters of it at most. */
export const quote = (text: string, start: number, end: number): string => text.slice(start, quotedTo(text, start, end))

/**
 * The match from `start` to `end` with up to `characters` of the text on either side. An edge that would part a letter
 * from its accents or take an emoji to pieces moves towards the match.
 */
export const context = (text: string, start: number, end: number, characters: number): string => {
  const from = wholeAfter(text, back(text, start, characters), start)
  const quoted = quotedTo(text, start, end)
  // Of a match that is not quoted in full, what follows it would be no context.
  const to = quoted < end ? quoted : wholeBefore(text, forward(text, end, text.length, characters), end)
  return text.slice(from, to)
}

const quotedTo = (text: string, start: number, end: number): number => {
  // No character is longer than two units, so most matches need no counting.
  if (end - start <= longestQuote) return end
  const to = forward(text, start, end, longestQuote)
  return to < end ? wholeBefore(text, to, start) : end
}

/** `from`, `characters` on, at most `limit`. */
const forward = (text: string, from: number, limit: number, characters: number): number => {
  const plain = Math.min(from + characters, limit)
  if (!surrogates.test(text.slice(from, plain + 1))) return plain
  let at = from
  for (let left = characters; left > 0 && at < limit; left--) at += splits(text, at + 1) ? 2 : 1
  return Math.min(at, limit)
}

const back = (text: string, from: number, characters: number): number => {
  const plain = Math.max(from - characters, 0)
  if (!surrogates.test(text.slice(plain, from))) return plain
  let at = from
  for (let left = characters; left > 0 && at > 0; left--) at -= splits(text, at - 1) ? 2 : 1
  return at
}

// Where there are none, which is nearly everywhere, characters need no counting: five times as fast.
const surrogates = /[\ud800-\udfff]/

/** Whether `at` is between the two halves of a surrogate pair. */
const splits = (text: string, at: number): boolean =>
  at > 0 && isLow(text.charCodeAt(at)) && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800

const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })

/** UTF-16 units around an edge that are asked whether it parts a grapheme; all but a few are far shorter. */
const graphemeReach = 64

/** The first edge between graphemes at or after `at`, at most `limit`. */
const wholeAfter = (text: string, at: number, limit: number): number => {
  const around = graphemeAround(text, at)
  return around === null ? at : Math.min(around.end, limit)
}

/** The last edge between graphemes at or before `at`, at least `limit`. */
const wholeBefore = (text: string, at: number, limit: number): number => {
  const around = graphemeAround(text, at)
  return around === null ? at : Math.max(around.start, limit)
}

/** The grapheme that `at` parts; null where it parts none. */
const graphemeAround = (text: string, at: number): { readonly start: number; readonly end: number } | null => {
  if (at <= 0 || at >= text.length) return null
  // Between two characters of ASCII there is always an edge, but for the one line break that is two.
  if (text.charCodeAt(at - 1) < 0x80 && text.charCodeAt(at) < 0x80 && text.charCodeAt(at) !== 0x0a) return null
  const base = Math.max(0, at - graphemeReach)
  const from = splits(text, base) ? base + 1 : base
  const grapheme = graphemes.segment(text.slice(from, at + graphemeReach)).containing(at - from)
  if (grapheme === undefined || grapheme.index === at - from) return null
  return { start: from + grapheme.index, end: from + grapheme.index + grapheme.segment.length }
}
