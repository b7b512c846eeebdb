import { type LinearPattern, LinearRegex, type LinearUnion } from "@domainflow/core/keyword/LinearRegex"
import { Layer, Result } from "effect"
import { MatcherInputBase, RE2JS, RE2Set } from "re2js"
import { shapeOf } from "./RegexShape.ts"

/** `LinearRegex` by re2js, a port of RE2 that is JavaScript throughout. */
export const layer: Layer.Layer<LinearRegex> = Layer.sync(LinearRegex, () => LinearRegex.of({ compile, union }))

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
      const matcher = this.regex.matcher(inputOf(page))
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
 * A text that counts how often its characters are asked for. The engine takes anything that says it is a string, and
 * how much it reads is the one thing it tells of its work.
 */
class Metered {
  readonly [Symbol.toStringTag] = "String"
  readonly length: number
  left: number
  private readonly text: string

  constructor(text: string, reads: number) {
    this.text = text
    this.length = text.length
    this.left = reads
  }

  charCodeAt(at: number): number {
    if (--this.left < 0) throw new Exhausted()
    return this.text.charCodeAt(at)
  }

  indexOf(part: string, from: number): number {
    const at = this.text.indexOf(part, from)
    this.left -= ((at < 0 ? this.length : at) - from) / charactersOfSearch
    if (this.left < 0) throw new Exhausted()
    return at
  }
}

/** Characters that looking for a literal passes in the time of a read. */
const charactersOfSearch = 32

const inputOf = (page: Metered): MatcherInputBase => new Input(page)

class Input extends MatcherInputBase {
  private readonly page: Metered

  constructor(page: Metered) {
    super()
    this.page = page
  }
  override isUTF16Encoding() {
    return true
  }
  override isUTF8Encoding() {
    return false
  }
  override asCharSequence() {
    // Not a string, but all of one that the engine uses.
    return this.page as unknown as string
  }
  override length() {
    return this.page.length
  }
}

const union = (patterns: ReadonlyArray<LinearPattern>): LinearUnion => {
  const groups: Array<Group> = []
  let group = new Group()
  patterns.forEach((pattern, index) => {
    const instructions = pattern instanceof Pattern ? pattern.instructions : Infinity
    if (index === 0 || group.instructions + instructions > instructionsOfGroup) {
      group = new Group()
      groups.push(group)
    }
    group.add(pattern, instructions, index)
  })
  return { candidates: (text) => groups.flatMap((group) => group.candidates(text)) }
}

/** Instructions of patterns that are told apart in one pass: beyond it, new states of the automaton cost too much. */
const instructionsOfGroup = 512

/** Bytes of states that a group keeps; a state takes a few hundred. */
const bytesOfGroup = 2 ** 20

/** States that a group may make on one page, at up to 50 µs each. Honest patterns need a few hundred, once and for all. */
const statesOfPage = 4_096

/** Characters between two looks at how many states there are. */
const stretch = 256

/**
 * Patterns that one deterministic automaton reads at once, ten times faster than it can be found where they match. Its
 * states are made as they are needed, and some patterns need a new one at every letter: a group that meets such a page
 * is of no use any more, and calls all its patterns candidates.
 */
class Group {
  instructions = 0
  private readonly indices: Array<number> = []
  private set: RE2Set | null = new RE2Set(RE2Set.UNANCHORED, 0, bytesOfGroup)

  add(pattern: LinearPattern, instructions: number, index: number): void {
    this.indices.push(index)
    this.instructions += instructions
    if (this.instructions > instructionsOfGroup) this.set = null
    this.set?.add(pattern.isCaseSensitive ? pattern.pattern : `(?i)${pattern.pattern}`)
  }

  candidates(text: string): ReadonlyArray<number> {
    const { set } = this
    if (set === null) return this.indices
    try {
      // Not a string, but all of one that the engine uses.
      return set.match(new Watched(text, set) as unknown as string).map((found) => this.indices[found]!)
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error
      this.set = null
      return this.indices
    }
  }
}

/** A text that ends its reading when the automaton makes too many states, or gives up and begins anew without it. */
class Watched {
  readonly [Symbol.toStringTag] = "String"
  readonly length: number
  private readonly text: string
  private readonly set: RE2Set
  private furthest = 0
  private looked = 0
  private states: number
  private made = 0

  constructor(text: string, set: RE2Set) {
    this.text = text
    this.length = text.length
    this.set = set
    this.states = statesOf(set)
  }

  charCodeAt(at: number): number {
    // A pair, and whether a word begins, are read around a place.
    if (at < this.furthest - 2) throw new Exhausted()
    this.furthest = at
    if (at >= this.looked + stretch) this.look(at)
    return this.text.charCodeAt(at)
  }

  private look(at: number): void {
    const states = statesOf(this.set)
    // When they are fewer than they were, the engine has thrown them away and started again.
    this.made += states >= this.states ? states - this.states : states
    this.states = states
    this.looked = at
    if (this.made > statesOfPage) throw new Exhausted()
  }
}

/** There is no automaton before the first text. */
const statesOf = (set: RE2Set): number => set.dfa?.stateCount ?? 0
