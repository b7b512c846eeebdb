import type { LinearPattern, LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { Needle, type Reading } from "./Needle.ts"
import { shapeOf } from "./RegexShape.ts"
import { windows } from "./Windows.ts"
import type { Words } from "./Words.ts"

/** Places of its literals that a regex remembers; where there are more, it reads the whole text. */
const mostPlaces = 256

/**
 * The regexes that are looked for. Each reads as little as its shape allows: nothing where none of its literals is,
 * the windows around them where its matches are bounded, and else the text, if one pass over it for all such regexes
 * does not rule it out.
 */
export class Regexes {
  private readonly words: Words
  private readonly regexes = new Map<string, Regex>()

  constructor(words: Words) {
    this.words = words
  }

  /** What is counted where `pattern` matches. */
  needle(pattern: LinearPattern): Needle {
    const key = `${pattern.isCaseSensitive ? "" : "(?i)"}${pattern.pattern}`
    const known = this.regexes.get(key)
    if (known !== undefined) return known.needle
    const regex = new Regex(pattern)
    this.regexes.set(key, regex)
    for (const literal of regex.literals ?? []) this.words.literal(literal, (start, end) => regex.place(start, end))
    return regex.needle
  }

  /**
   * What it answers runs them over a text in which the words have been found, doing at most `work`, and answers what
   * it did; `meet` is told of each needle's first match.
   */
  reader(linear: LinearRegex["Service"], meet: (needle: Needle) => void): (reading: Reading, work: number) => number {
    const regexes = [...this.regexes.values()]
    const wide = regexes.filter((regex) => regex.isWide)
    const union = linear.union(wide.map((regex) => regex.pattern))

    return (reading, work) => {
      let waiting = regexes.filter((regex) => regex.mayMatch)
      if (waiting.some((regex) => regex.isWide)) {
        const candidates = new Set(union.candidates(reading.text).map((index) => wide[index]))
        waiting = waiting.filter((regex) => !regex.isWide || candidates.has(regex))
      }
      let left = work
      for (const [index, regex] of waiting.entries())
        left -= regex.each(reading.text, left / (waiting.length - index), (start, end) => {
          if (regex.needle.count === 0) meet(regex.needle)
          regex.needle.add(reading, start, end)
        })
      for (const regex of regexes) regex.forget()
      return work - left
    }
  }
}

class Regex {
  readonly needle = new Needle()
  readonly pattern: LinearPattern
  readonly literals: ReadonlyArray<string> | null
  private readonly gaps: number
  private starts: Array<number> = []
  private ends: Array<number> = []

  constructor(pattern: LinearPattern) {
    const shape = shapeOf(pattern.pattern)
    this.pattern = pattern
    this.literals = shape.literals
    this.gaps = shape.gaps
  }

  /** Whether it reads the whole text whenever it reads at all. */
  get isWide(): boolean {
    return this.literals === null || this.gaps === Infinity
  }

  get mayMatch(): boolean {
    return this.literals === null || this.ends.length > 0
  }

  /** Remembers where a literal of it is. */
  place(start: number, end: number): void {
    if (this.ends.length > mostPlaces) return
    this.starts.push(start)
    this.ends.push(end)
  }

  forget(): void {
    if (this.ends.length === 0) return
    this.starts = []
    this.ends = []
  }

  each(text: string, work: number, onMatch: (start: number, end: number) => void): number {
    const within =
      this.isWide || this.ends.length > mostPlaces ? null : windows(text, this.starts, this.ends, this.gaps)
    if (within === null) return this.pattern.each(text, 0, text.length, work, onMatch)
    let done = 0
    for (let i = 0; i < within.from.length && done < work; i++)
      done += this.pattern.each(text, within.from[i]!, within.to[i]!, work - done, onMatch)
    return done
  }
}
