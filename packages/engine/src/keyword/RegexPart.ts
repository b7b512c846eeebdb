import { foldAll } from "@domainflow/core/keyword/CaseFolding"

/** What can be said of every match of a part of a regex, without running it. */
export interface RegexPart {
  /** About how many instructions it compiles to. */
  readonly size: number
  /** Runs of white space that it touches at most. */
  readonly gaps: number
  /** Matches white space only, so that repeating it stays within one run. */
  readonly isGap: boolean
  /** Exactly the folded strings it matches, where they are few; the empty one is among them if it may match nothing. */
  readonly exact: ReadonlyArray<string> | null
  /** Folded strings of which each match holds one, where `exact` does not say. */
  readonly required: ReadonlyArray<string> | null
}

/** How much of a set of characters is white space. */
export type Gaps = "none" | "some" | "all"

/** RE2's `\s`. */
export const gapCharacters = "\t\n\f\r "

/** `^`, `\b` and other places. */
export const place: RegexPart = { size: 1, gaps: 0, isGap: false, exact: [""], required: null }

/** One character, which it is. */
export const letter = (character: string): RegexPart =>
  oneOf(gapCharacters.includes(character) ? "all" : "none", [character])

/** One character of a set, whose members are given where they are few. */
export const oneOf = (gaps: Gaps, members: ReadonlyArray<string> | null): RegexPart => {
  const folded = members === null ? null : [...new Set(members.map(foldAll))]
  return {
    size: 1,
    gaps: gaps === "none" ? 0 : 1,
    isGap: gaps === "all",
    exact: folded !== null && folded.length <= mostMembers ? folded : null,
    required: null
  }
}

/** Parts one after the other. */
export const sequence = (parts: ReadonlyArray<RegexPart>): RegexPart => {
  if (parts.length === 1) return parts[0]!
  let size = 0
  let gaps = 0
  let best: ReadonlyArray<string> | null = null
  // What the parts since the last inexact one spell between them.
  let spelt: ReadonlyArray<string> = [""]
  let isExact = true
  const settle = (next: ReadonlyArray<string>) => {
    best = better(best, required({ ...place, exact: spelt }))
    spelt = next
    isExact = false
  }
  for (const part of parts) {
    size += part.size
    gaps += part.gaps
    if (part.exact === null) {
      settle([""])
      best = better(best, part.required)
    } else {
      const longer = product(spelt, part.exact)
      if (longer === null) settle(part.exact)
      else spelt = longer
    }
  }
  const exact = isExact ? spelt : null
  if (!isExact) settle([""])
  return { size, gaps, isGap: false, exact, required: best }
}

/** Parts of which one matches. */
export const choice = (parts: ReadonlyArray<RegexPart>): RegexPart => {
  if (parts.length === 1) return parts[0]!
  const exact = parts.every((part) => part.exact !== null)
    ? [...new Set(parts.flatMap((part) => part.exact ?? []))]
    : null
  const lists = parts.map(required)
  const any = lists.every((list) => list !== null) ? [...new Set(lists.flatMap((list) => list ?? []))] : null
  return {
    size: parts.reduce((sum, part) => sum + part.size + 1, 0),
    gaps: Math.max(...parts.map((part) => part.gaps)),
    isGap: parts.every((part) => part.isGap),
    exact: exact !== null && exact.length <= mostExact ? exact : null,
    required: any !== null && any.length <= mostLiterals ? any : null
  }
}

/** A part from `least` to `most` times. */
export const repeated = (part: RegexPart, least: number, most: number): RegexPart => {
  const exact: ReadonlyArray<string> | null =
    part.exact === null || most > 1
      ? null
      : most === 0
        ? [""]
        : least === 1
          ? part.exact
          : [...new Set(["", ...part.exact])]
  return {
    size: most === Infinity ? (least + 1) * (part.size + 1) : least * part.size + (most - least) * (part.size + 1) + 1,
    gaps: part.gaps === 0 || most === 0 ? 0 : part.isGap ? 1 : part.gaps * most,
    isGap: part.isGap,
    exact,
    required: least > 0 ? required(part) : null
  }
}

/** Strings worth looking for of which every match holds one; null where there are none. */
export const required = (part: RegexPart): ReadonlyArray<string> | null =>
  part.exact === null ? part.required : part.exact.every(isTelling) ? part.exact : null

/** Rare enough to look for: not a lone letter, digit or space, which every page is full of. */
const isTelling = (literal: string): boolean => literal.length > 1 || /^[^\p{L}\p{N}\s]$/u.test(literal)

/** The list whose shortest is longest tells most. */
const better = (a: ReadonlyArray<string> | null, b: ReadonlyArray<string> | null): ReadonlyArray<string> | null => {
  if (a === null || b === null) return a ?? b
  const shortestA = Math.min(...a.map((literal) => literal.length))
  const shortestB = Math.min(...b.map((literal) => literal.length))
  if (shortestA !== shortestB) return shortestA > shortestB ? a : b
  return a.length <= b.length ? a : b
}

const product = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> | null =>
  a.length * b.length > mostExact ? null : [...new Set(a.flatMap((head) => b.map((tail) => head + tail)))]

/** Literals are worth looking for up to this many for one regex; a longer list is left to the engine. */
const mostLiterals = 1_000
/** Strings a part may match exactly before only its required literals are remembered. */
const mostExact = 64
/** Members of a character class that are spelt out: `[bB]`, `[sz]`. */
const mostMembers = 4
