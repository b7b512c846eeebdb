import {
  choice,
  type Gaps,
  gapCharacters,
  letter,
  oneOf,
  place,
  type RegexPart,
  repeated,
  required,
  sequence
} from "./RegexPart.ts"

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

/** Syntax that is not understood here. */
class Unread extends Error {}

/** Reads a pattern left to right. */
class Reader {
  private at = 0
  private depth = 0
  private readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }

  alternatives(): RegexPart {
    const parts = [this.concatenation()]
    while (this.take("|")) parts.push(this.concatenation())
    if (this.at < this.pattern.length && !this.ahead(")")) throw new Unread()
    return choice(parts)
  }

  private concatenation(): RegexPart {
    const parts: Array<RegexPart> = []
    while (this.at < this.pattern.length && !this.ahead("|") && !this.ahead(")")) {
      // Flags such as `(?i)` change place that is said here; and are nothing, so a repetition after them is of what
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

  private atom(): RegexPart {
    if (this.take("(")) return this.group()
    if (this.take("[")) return this.set()
    if (this.take("\\")) return this.escape()
    if (this.take(".")) return oneOf("some", null)
    if (this.take("^") || this.take("$")) return place
    return letter(this.character())
  }

  private quoted(): ReadonlyArray<RegexPart> {
    const end = this.pattern.indexOf("\\E", this.at)
    const quoted = this.pattern.slice(this.at, end < 0 ? undefined : end)
    this.at = end < 0 ? this.pattern.length : end + 2
    return Array.from(quoted, letter)
  }

  private group(): RegexPart {
    if (this.ahead("?") && this.match(/\?(?:[imsU-]*:|P?<\w+>)/y) === null) throw new Unread()
    // Deeper, the engine refuses it.
    if (++this.depth > 1_000) throw new Unread()
    const part = this.alternatives()
    this.depth--
    if (!this.take(")")) throw new Unread()
    return { ...part, size: part.size + 2 }
  }

  private escape(): RegexPart {
    if (this.match(/[bBAz]/y) !== null) return place
    const known = this.known()
    if (known !== null) return oneOf(known, null)
    return letter(this.escaped())
  }

  /** An escape that stands for a set, by the white space in it. */
  private known(): Gaps | null {
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

  private set(): RegexPart {
    const isNegated = this.take("^")
    const members: Array<string> = []
    let isSpeltOut = !isNegated
    // White space in what is listed: whether any of it is, all of it, and whether anything else is.
    let some = false
    let all = false
    let other = false
    const list = (gaps: Gaps) => {
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
        members.push(low)
        continue
      }
      const high = this.member()
      const isIn = (c: string) => c.codePointAt(0)! >= low.codePointAt(0)! && c.codePointAt(0)! <= high.codePointAt(0)!
      list(Array.from(gapCharacters).some(isIn) ? "some" : "none")
    }
    if (isNegated) return oneOf(all ? "none" : "some", null)
    return oneOf(!some ? "none" : other ? "some" : "all", isSpeltOut ? members : null)
  }

  private knownInSet(): Gaps | null {
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
