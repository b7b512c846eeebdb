import { type LinearPattern, LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { Layer, Result } from "effect"
import { MatcherInputBase, RE2JS } from "re2js"
import { unionOf, type Weighed } from "./Re2Union.ts"
import { shapeOf } from "./RegexShape.ts"

/** `LinearRegex` by re2js, a port of RE2 that is JavaScript throughout. */
export const layer: Layer.Layer<LinearRegex> = Layer.sync(LinearRegex, () =>
  LinearRegex.of({ compile, union: (patterns) => unionOf(patterns.map(weighed)) })
)

/**
 * Instructions a pattern may compile to. A step of the engine costs as much as there are instructions at work, so
 * linear is not enough: `(x{1000}){1000}` is refused before it is compiled. A list of a thousand words is not.
 */
const mostInstructions = 10_000

const compile = (pattern: string, isCaseSensitive: boolean): Result.Result<LinearPattern, string> => {
  const tooLarge = Result.fail(`compiles to more than ${mostInstructions} instructions`)
  if (shapeOf(pattern).size > mostInstructions) return tooLarge
  try {
    const regex = RE2JS.compile(pattern, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
    return regex.programSize() > mostInstructions ? tooLarge : Result.succeed(new Pattern(regex, isCaseSensitive))
  } catch (error) {
    return Result.fail(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Units of work that reading a character once costs: a step is some 100 ns, and 25 ns more for each instruction at work.
 * Which are is not known, so half of them are counted; measured on many patterns, most keep far fewer busy.
 */
const unitsOfRead = (instructions: number): number => (4 + instructions / 2) / readsOfCharacter

/** Times the engine asks for a character as it passes it: as itself, as what follows one, as what comes before one. */
const readsOfCharacter = 3

/** Units that a search costs before it has read anything: the engine clears up to 32 kB for it. */
const unitsOfSearch = 100

class Pattern implements LinearPattern {
  readonly pattern: string
  readonly isCaseSensitive: boolean
  readonly instructions: number
  private readonly regex: RE2JS

  constructor(regex: RE2JS, isCaseSensitive: boolean) {
    this.regex = regex
    this.pattern = regex.pattern()
    this.isCaseSensitive = isCaseSensitive
    this.instructions = regex.programSize()
  }

  each(text: string, from: number, to: number, work: number, onMatch: (start: number, end: number) => void): number {
    // With one character more on either side, what stands at an edge sees what it stands beside.
    const base = Math.max(0, from - 1)
    const unitsOf = unitsOfRead(this.instructions)
    const page = new Metered(base === 0 && to >= text.length ? text : text.slice(base, to + 1), work / unitsOf)
    try {
      const matcher = this.regex.matcher(page)
      for (let found = matcher.find(from - base); found; found = matcher.find()) {
        if (base + matcher.end() > to) break
        if (matcher.end() > matcher.start()) onMatch(base + matcher.start(), base + matcher.end())
        page.left -= unitsOfSearch / unitsOf
      }
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error
    }
    return work - page.left * unitsOf
  }
}

/** The work is done, though the text is not at its end. */
class Exhausted extends Error {}

/**
 * A text that counts how often its characters are asked for: how much it reads is the one thing the engine tells of its
 * work. It takes anything that says it is a string, and asks it no more than this.
 */
class Metered extends MatcherInputBase {
  readonly [Symbol.toStringTag] = "String"
  left: number
  private readonly text: string

  constructor(text: string, reads: number) {
    super()
    this.text = text
    this.left = reads
  }

  charCodeAt(at: number): number {
    if (--this.left < 0) throw new Exhausted()
    return this.text.charCodeAt(at)
  }

  indexOf(part: string, from: number): number {
    const at = this.text.indexOf(part, from)
    this.left -= ((at < 0 ? this.text.length : at) - from) / charactersOfSearch
    if (this.left < 0) throw new Exhausted()
    return at
  }

  override length() {
    return this.text.length
  }
  override isUTF16Encoding() {
    return true
  }
  override isUTF8Encoding() {
    return false
  }
  override asCharSequence() {
    // No string, but all of one that the engine uses.
    return this as unknown as string
  }
}

/** Characters that looking for a literal passes in the time of a read. */
const charactersOfSearch = 32

/** A pattern of another engine is of unknown weight. */
const weighed = (pattern: LinearPattern): Weighed => ({
  pattern: pattern.pattern,
  isCaseSensitive: pattern.isCaseSensitive,
  instructions: pattern instanceof Pattern ? pattern.instructions : Infinity
})
