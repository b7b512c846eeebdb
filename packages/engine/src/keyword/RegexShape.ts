import { foldAll } from "@domainflow/core/keyword/CaseFolding"

/**
 * What can be said of every match of a regex without running it. All three are bounds on the safe side: of syntax that
 * is not understood nothing is said, and the engine decides.
 */
export interface RegexShape {
  /** Every match holds one of these, folded; null when nothing of the kind is known. */
  readonly literals: ReadonlyArray<string> | null
  /** The runs of white space (RE2's `\s`) that a match touches at most; Infinity when there is no such number. */
  readonly gaps: number
  /** About how many instructions it compiles to. */
  readonly size: number
}

/** The shape of a pattern in RE2's syntax. */
export const shapeOf = (pattern: string): RegexShape => {
  try {
    const whole = new Reader(pattern).alternatives()
    return { literals: required(whole), gaps: whole.gaps, size: whole.size }
  } catch (error) {
    if (error instanceof Unread) return { literals: null, gaps: Infinity, size: sizeAtMost(pattern) }
    throw error
  }
}

/** As if every counted repetition were of the whole pattern, and within the others. */
const sizeAtMost = (pattern: string): number =>
  Array.from(pattern.matchAll(/\{(\d+),?(\d*)\}/g)).reduce(
    (size, [, least, most]) => size * Math.max(1, Number(least), Number(most)),
    2 * pattern.length
  )

/** Literals are worth looking for up to this many for one regex; a longer list is left to the engine. */
const mostLiterals = 1_000
/** Strings a part may match exactly before only its required literals are remembered. */
const mostExact = 64
/** Members of a character class that are spelt out: `[bB]`, `[sz]`. */
const mostMembers = 4

interface Part {
  readonly size: number
  readonly gaps: number
  /** Matches white space only, so that repeating it stays within one run. */
  readonly isGap: boolean
  /** Exactly the folded strings it matches, where they are few; the empty one is among them if it may match nothing. */
  readonly exact: ReadonlyArray<string> | null
  readonly required: ReadonlyArray<string> | null
}

/** Syntax that is not understood here. */
class Unread extends Error {}

const nothing: Part = { size: 1, gaps: 0, isGap: false, exact: [""], required: null }

const letter = (character: string): Part => {
  const isGap = gapCharacters.includes(character)
  return { size: 1, gaps: isGap ? 1 : 0, isGap, exact: [foldAll(character)], required: null }
}

/** One character of a set; `gaps` says which of them are white space. */
const member = (gaps: "none" | "some" | "all", members: ReadonlyArray<string> | null): Part => ({
  size: 1,
  gaps: gaps === "none" ? 0 : 1,
  isGap: gaps === "all",
  exact: members,
  required: null
})

const gapCharacters = "\t\n\f\r "

const required = (part: Part): ReadonlyArray<string> | null =>
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

const sequence = (parts: ReadonlyArray<Part>): Part => {
  if (parts.length === 1) return parts[0]!
  let size = 0
  let gaps = 0
  let best: ReadonlyArray<string> | null = null
  // What the parts since the last inexact one spell between them.
  let spelt: ReadonlyArray<string> = [""]
  let isExact = true
  const settle = (next: ReadonlyArray<string>) => {
    best = better(best, required({ ...nothing, exact: spelt }))
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

const choice = (parts: ReadonlyArray<Part>): Part => {
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

const repeated = (part: Part, least: number, most: number): Part => {
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

/** Reads a pattern left to right. */
class Reader {
  private at = 0
  private readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }

  alternatives(): Part {
    const parts = [this.concatenation()]
    while (this.take("|")) parts.push(this.concatenation())
    if (this.at < this.pattern.length && !this.ahead(")")) throw new Unread()
    return choice(parts)
  }

  private concatenation(): Part {
    const parts: Array<Part> = []
    while (this.at < this.pattern.length && !this.ahead("|") && !this.ahead(")")) {
      // Flags such as `(?i)` change nothing that is said here; and are nothing, so a repetition after them is of what
      // came before.
      if (this.match(/\(\?[imsU-]+\)/y) === null) {
        if (this.take("\\Q")) parts.push(...this.quoted())
        else parts.push(this.atom())
      }
      for (let times = this.times(); times !== null; times = this.times()) {
        const part = parts.pop()
        if (part === undefined) throw new Unread()
        parts.push(repeated(part, ...times))
      }
    }
    return sequence(parts)
  }

  private times(): readonly [number, number] | null {
    const found = this.match(/[*+?]|\{(\d+)(,)?(\d*)\}/y)
    if (found === null) return null
    this.take("?")
    if (found[0] === "*") return [0, Infinity]
    if (found[0] === "+") return [1, Infinity]
    if (found[0] === "?") return [0, 1]
    const least = Number(found[1])
    return [least, found[2] === undefined ? least : found[3] === "" ? Infinity : Number(found[3])]
  }

  private atom(): Part {
    if (this.take("(")) return this.group()
    if (this.take("[")) return this.set()
    if (this.take("\\")) return this.escape()
    if (this.take(".")) return member("some", null)
    if (this.take("^") || this.take("$")) return nothing
    return letter(this.character())
  }

  private quoted(): ReadonlyArray<Part> {
    const end = this.pattern.indexOf("\\E", this.at)
    const quoted = this.pattern.slice(this.at, end < 0 ? undefined : end)
    this.at = end < 0 ? this.pattern.length : end + 2
    return Array.from(quoted, letter)
  }

  private group(): Part {
    if (this.ahead("?") && this.match(/\?(?:[imsU-]*:|P?<\w+>)/y) === null) throw new Unread()
    const part = this.alternatives()
    if (!this.take(")")) throw new Unread()
    return { ...part, size: part.size + 2 }
  }

  private escape(): Part {
    if (this.match(/[bBAz]/y) !== null) return nothing
    const known = this.known()
    if (known !== null) return member(known, null)
    return letter(this.escaped())
  }

  /** An escape that stands for a set, by the white space in it. */
  private known(): "none" | "some" | "all" | null {
    const found = this.match(/[dwsDWS]|[pP](?:\{\^?(\w+)\}|(\w))/y)?.[0]
    if (found === undefined) return null
    if (found === "s") return "all"
    if (found === "d" || found === "w" || found === "S") return "none"
    return /^p\{?[LMN]/.test(found) ? "none" : "some"
  }

  /** An escape that stands for one character, which it is. */
  private escaped(): string {
    const control = this.match(/[aftnrv]/y)?.[0]
    if (control !== undefined) return { a: "\x07", f: "\f", t: "\t", n: "\n", r: "\r", v: "\v" }[control] ?? ""
    const hex = this.match(/x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/y)
    if (hex !== null) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? "", 16)
      if (code > 0x10ffff) throw new Unread()
      return String.fromCodePoint(code)
    }
    const sign = this.match(/[!-/:-@[-`{-~]/y)
    if (sign === null) throw new Unread()
    return sign[0]
  }

  private set(): Part {
    const isNegated = this.take("^")
    const members = new Set<string>()
    let isSpeltOut = !isNegated
    // White space in what is listed: whether any of it is, all of it, and whether anything else is.
    let some = false
    let all = false
    let other = false
    const list = (gaps: "none" | "some" | "all") => {
      isSpeltOut = false
      some ||= gaps !== "none"
      all ||= gaps === "all"
      other ||= gaps !== "all"
    }
    for (let first = true; first || !this.take("]"); first = false) {
      if (this.match(/\[:\^?(\w+):\]/y) !== null) {
        // Of these, only the plainest are known to hold no white space.
        list(
          /\[:(?:alnum|alpha|digit|lower|upper|punct|word|xdigit):\]$/.test(this.pattern.slice(0, this.at))
            ? "none"
            : "some"
        )
        continue
      }
      const known = this.ahead("\\") ? this.knownInSet() : null
      if (known !== null) {
        list(known)
        continue
      }
      const low = this.member()
      if (this.match(/-(?!\])/y) === null) {
        some ||= gapCharacters.includes(low)
        other ||= !gapCharacters.includes(low)
        members.add(foldAll(low))
        continue
      }
      const high = this.member()
      const isIn = (c: string) => c.codePointAt(0)! >= low.codePointAt(0)! && c.codePointAt(0)! <= high.codePointAt(0)!
      list(Array.from(gapCharacters).some(isIn) ? "some" : "none")
    }
    if (members.size > mostMembers) isSpeltOut = false
    if (isNegated) return member(all ? "none" : "some", null)
    return member(!some ? "none" : other ? "some" : "all", isSpeltOut ? [...members] : null)
  }

  private knownInSet(): "none" | "some" | "all" | null {
    this.at++
    const known = this.known()
    if (known === null) this.at--
    return known
  }

  private member(): string {
    return this.take("\\") ? this.escaped() : this.character()
  }

  private character(): string {
    const code = this.pattern.codePointAt(this.at)
    if (code === undefined) throw new Unread()
    const character = String.fromCodePoint(code)
    this.at += character.length
    return character
  }

  private ahead(sign: string): boolean {
    return this.pattern.startsWith(sign, this.at)
  }

  private take(sign: string): boolean {
    if (!this.ahead(sign)) return false
    this.at += sign.length
    return true
  }

  private match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at
    const found = sticky.exec(this.pattern)
    if (found !== null) this.at = sticky.lastIndex
    return found
  }
}
