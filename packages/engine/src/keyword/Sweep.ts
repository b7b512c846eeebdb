import { type AhoCorasick, unfolds } from "./AhoCorasick.ts"

/** Told of every node reached at which words end. Answers whether to go on. */
export type OnHit = (node: number, end: number) => boolean

/**
 * Units that each of the four lanes of a block reads. A lane that begins within a word is mended by reading a few units
 * again, so blocks are not small; one that holds a `ß` is read again by a single lane, so they are not large.
 */
const lane = 1_024
const block = 4 * lane

/**
 * Runs an automaton over texts. A sweep keeps its buffers between texts, and serves one at a time.
 *
 * What an automaton costs is waiting: each look in its table needs the answer of the look before. So four lanes read
 * four neighbouring stretches at once, and the processor looks four times while it waits.
 */
export class Sweep {
  private readonly automaton: AhoCorasick
  private readonly onHit: OnHit
  private readonly hitNodes = new Int32Array(block)
  private readonly hitEnds = new Int32Array(block)
  private at = 0
  private node = 0
  private going = true
  private units: Uint16Array = new Uint16Array()
  private length = 0
  /** After the last unit so far whose folding is longer than itself: up to there, a word may be shorter than its folding. */
  private unfoldedTo = 0

  constructor(automaton: AhoCorasick, onHit: OnHit) {
    this.automaton = automaton
    this.onHit = onHit
  }

  /** Reads `units` from 0 to `length`. */
  over(units: Uint16Array, length: number): void {
    this.units = units
    this.length = length
    this.unfoldedTo = 0
    this.at = 0
    this.node = 0
    this.going = true
    while (this.going && this.at + block <= length) {
      if (this.node >= this.automaton.rows || !this.lanes()) this.single(this.at + block)
    }
    if (this.going) this.single(length)
  }

  /**
   * Where the word starts that was hit at `end` and whose folding has `length` units. -1 if it has no start or no end:
   * an end within a character, such as an `s` that is half of a `ß`, is none.
   */
  startOf(end: number, length: number): number {
    const { classes, unfold } = this.automaton
    let start = end - length
    if (start < this.unfoldedTo) {
      start = end
      for (let left = length; left > 0; start--) {
        const unit = this.units[start - 1]!
        left -= classes[unit] === unfolds && !isLead(unit) ? unfold(unit, 0).length : 1
        if (left < 0) return -1
      }
    }
    return this.splits(start) || this.splits(end) ? -1 : start
  }

  /** Reads a block in four lanes; false, with nothing done, if there is a unit in it that no row answers. */
  private lanes(): boolean {
    const { classes, rows, table, width } = this.automaton
    const { hitEnds, hitNodes, units } = this
    const from = this.at
    let a = this.node * width
    let b = 0
    let c = 0
    let d = 0
    let hitsA = 0
    let hitsB = lane
    let hitsC = 2 * lane
    let hitsD = 3 * lane
    for (let i = from, to = from + lane; i < to; i++) {
      a = table[a + classes[units[i]!]!]!
      b = table[b + classes[units[i + lane]!]!]!
      c = table[c + classes[units[i + 2 * lane]!]!]!
      d = table[d + classes[units[i + 3 * lane]!]!]!
      if ((a | b | c | d) >= 0) continue
      if (a < 0) {
        a = ~a
        if (a >= rows) return false
        hitNodes[hitsA] = a
        hitEnds[hitsA++] = i + 1
        a *= width
      }
      if (b < 0) {
        b = ~b
        if (b >= rows) return false
        hitNodes[hitsB] = b
        hitEnds[hitsB++] = i + lane + 1
        b *= width
      }
      if (c < 0) {
        c = ~c
        if (c >= rows) return false
        hitNodes[hitsC] = c
        hitEnds[hitsC++] = i + 2 * lane + 1
        c *= width
      }
      if (d < 0) {
        d = ~d
        if (d >= rows) return false
        hitNodes[hitsD] = d
        hitEnds[hitsD++] = i + 3 * lane + 1
        d *= width
      }
    }
    this.node = (a / width) | 0
    this.tell(0, hitsA, from)
    this.join(from + lane, (b / width) | 0, lane, hitsB)
    this.join(from + 2 * lane, (c / width) | 0, 2 * lane, hitsC)
    this.join(from + 3 * lane, (d / width) | 0, 3 * lane, hitsD)
    this.at = from + block
    return true
  }

  /**
   * Joins a lane to what came before it. It began at the root, so it missed the words that began in the lane before:
   * read on from there until what is being read began in this lane, where the two agree and stay so.
   */
  private join(from: number, laneEndsAt: number, firstHit: number, hits: number): void {
    const { classes, depth, next } = this.automaton
    const { units } = this
    let node = this.node
    let at = from
    while (depth[node]! > at - from && at < from + lane) {
      node = next(node, classes[units[at++]!]!)
      this.reach(node, at)
    }
    this.node = depth[node]! > at - from ? node : laneEndsAt
    this.tell(firstHit, hits, at)
  }

  /** Tells of the hits of a lane that end after `after`. */
  private tell(first: number, last: number, after: number): void {
    for (let hit = first; hit < last && this.going; hit++) {
      if (this.hitEnds[hit]! > after) this.going = this.onHit(this.hitNodes[hit]!, this.hitEnds[hit]!)
    }
  }

  /** Reads unit by unit from where the sweep is to `to`, and one more when that parts a pair. */
  private single(to: number): void {
    const { classes, next, rows, table, unfold, width } = this.automaton
    const { length, units } = this
    while (this.at < to && this.going) {
      let of = classes[units[this.at]!]!
      if (this.node < rows) {
        let state = this.node * width
        let at = this.at
        for (let then = table[state + of]!; then >= 0; then = table[state + of]!) {
          state = then
          if (++at === to) break
          of = classes[units[at]!]!
        }
        this.node = (state / width) | 0
        this.at = at
        if (at === to) return
      }
      if (of !== unfolds) {
        this.node = next(this.node, of)
        this.at++
      } else {
        const unit = units[this.at]!
        const folding = unfold(unit, this.at + 1 < length ? units[this.at + 1]! : 0)
        for (const part of folding) this.node = next(this.node, part)
        const isPair = isLead(unit) && folding.length === 2
        this.at += isPair ? 2 : 1
        if (!isPair && folding.length > 1) this.unfoldedTo = this.at
      }
      this.reach(this.node, this.at)
    }
  }

  private reach(node: number, end: number): void {
    const { shorter, word } = this.automaton
    if (this.going && (word[node]! >= 0 || shorter[node]! > 0)) this.going = this.onHit(node, end)
  }

  /** Whether `at` parts a surrogate pair. */
  private splits(at: number): boolean {
    return at > 0 && at < this.length && isLead(this.units[at - 1]!) && (this.units[at]! & 0xfc00) === 0xdc00
  }
}

const isLead = (unit: number): boolean => (unit & 0xfc00) === 0xd800
