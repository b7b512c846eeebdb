import type { LinearUnion } from "@domainflow/core/keyword/LinearRegex"
import { RE2Set } from "re2js"

/** A pattern of re2js, and how many instructions it compiles to. */
export interface Weighed {
  readonly pattern: string
  readonly isCaseSensitive: boolean
  readonly instructions: number
}

/** Patterns that one pass over a text, or a few, can rule out. */
export const unionOf = (patterns: ReadonlyArray<Weighed>): LinearUnion => {
  const groups: Array<Group> = []
  let group = new Group()
  for (const [index, pattern] of patterns.entries()) {
    if (index === 0 || !group.takes(pattern)) {
      group = new Group()
      groups.push(group)
    }
    group.add(pattern, index)
  }
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
  private instructions = 0
  private readonly indices: Array<number> = []
  private set: RE2Set | null = new RE2Set(RE2Set.UNANCHORED, 0, bytesOfGroup)

  takes(pattern: Weighed): boolean {
    return this.instructions + pattern.instructions <= instructionsOfGroup
  }

  add(pattern: Weighed, index: number): void {
    this.indices.push(index)
    // Too large for any group: it has one to itself, which rules nothing out.
    if (!this.takes(pattern)) this.set = null
    this.set?.add(pattern.isCaseSensitive ? pattern.pattern : `(?i)${pattern.pattern}`)
    this.instructions += pattern.instructions
  }

  candidates(text: string): ReadonlyArray<number> {
    const { set } = this
    if (set === null) return this.indices
    try {
      // Not a string, but all of one that the engine uses.
      return set.match(new Watched(text, set) as unknown as string).map((found) => this.indices[found]!)
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error
      this.set = null
      return this.indices
    }
  }
}

class GivenUp extends Error {}

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
    if (at < this.furthest - 2) throw new GivenUp()
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
    if (this.made > statesOfPage) throw new GivenUp()
  }
}

/** There is no automaton before the first text. */
const statesOf = (set: RE2Set): number => set.dfa?.stateCount ?? 0
