import { Schema } from "effect"

/**
 * All words of one length, in lexicographic order of their digits: a finite sequence that can be entered at any index.
 *
 * A word is a number of mixed radix. Every position has its own digits, the first the most significant; a position with
 * one digit is a constant. Nothing is materialised, so entering at index 2^62 costs what entering at 0 costs.
 */
export interface Space {
  /** The digits of every position, left to right: distinct characters in counting order. */
  readonly positions: ReadonlyArray<string>
  readonly size: bigint
  /** The word at `index`. Injective; throws {@link OffsetOutOfRange} outside `[0, size)`. */
  readonly at: (index: bigint) => string
  /** The inverse of `at`; undefined for what is no word of this space. */
  readonly indexOf: (word: string) => bigint | undefined
  /**
   * The words at `from`, `from + 1`, …, as many as `count`: `spell(o, n)[i]` is `at(o + i)`, some twenty times as fast.
   * Throws {@link OffsetOutOfRange} when any of them lies outside `[0, size)`.
   */
  readonly spell: (from: bigint, count: number) => Array<string>
}

/** There is no name at this place: `value` lies outside what `size` names allow. */
export class OffsetOutOfRange extends Schema.TaggedError<OffsetOutOfRange>()("OffsetOutOfRange", {
  field: Schema.Literals(["offset", "count"]),
  value: Schema.BigInt,
  size: Schema.BigInt
}) {
  override get message() {
    return this.field === "count"
      ? `count ${this.value} is negative: ask for 0 names or more`
      : `offset ${this.value} lies outside [0, ${this.size}): choose one from 0 to ${this.size - 1n}`
  }
}

export const make = (positions: ReadonlyArray<string>): Space => {
  const size = positions.reduce((product, digits) => product * BigInt(digits.length), 1n)
  const radices = positions.map((digits) => BigInt(digits.length))
  const check = (index: bigint) => {
    if (index < 0n || index >= size) throw new OffsetOutOfRange({ field: "offset", value: index, size })
  }
  let wheel: Wheel | undefined

  return {
    positions,
    size,
    at: (index) => {
      check(index)
      let word = ""
      for (let position = positions.length - 1; position >= 0; position--) {
        const digits = positions[position]!
        if (digits.length === 1) {
          word = digits + word
        } else {
          const radix = radices[position]!
          word = digits[Number(index % radix)] + word
          index /= radix
        }
      }
      return word
    },
    indexOf: (word) => {
      if (word.length !== positions.length) return undefined
      let index = 0n
      for (let position = 0; position < positions.length; position++) {
        const digits = positions[position]!
        const digit = digits.indexOf(word[position]!)
        if (digit < 0) return undefined
        if (digits.length > 1) index = index * radices[position]! + BigInt(digit)
      }
      return index
    },
    spell: (from, count) => {
      if (count <= 0) return []
      check(from)
      check(from + BigInt(count) - 1n)
      wheel ??= wheelOf(positions)
      return turn(wheel, from, count)
    }
  }
}

/**
 * An odometer whose last wheel carries whole words instead of digits. Below it, a word is a table look-up and one
 * concatenation; above it, digits carry as they do in a car, once per turn of the wheel.
 */
interface Wheel {
  /** The positions in front of the wheel. */
  readonly head: ReadonlyArray<string>
  /** Every word of the positions the wheel stands for, constants after them included, in order. */
  readonly words: ReadonlyArray<string>
}

/**
 * Words on a wheel, at most. A few thousand keep carries out of sight (a carry costs about a hundred words) and the
 * table in the processor's cache; twice or half as many makes no difference that can be measured.
 */
const maxWords = 4_096

const wheelOf = (positions: ReadonlyArray<string>): Wheel => {
  let start = positions.length
  let size = 1
  while (start > 0 && size * positions[start - 1]!.length <= maxWords) size *= positions[--start]!.length
  const below = positions.slice(start)
  const digits = new Uint8Array(below.length)
  const words = Array.from({ length: size }, () => {
    const word = read(below, digits)
    carry(below, digits)
    return word
  })
  return { head: positions.slice(0, start), words }
}

const turn = ({ head, words }: Wheel, from: bigint, count: number): Array<string> => {
  const spelled = new Array<string>(count)
  const wheelSize = BigInt(words.length)
  const digits = digitsOf(head, from / wheelSize)
  let at = Number(from % wheelSize)
  for (let filled = 0; filled < count; ) {
    const front = read(head, digits)
    const end = Math.min(words.length, at + count - filled)
    while (at < end) spelled[filled++] = front + words[at++]!
    at = 0
    carry(head, digits)
  }
  return spelled
}

/** The one place where 64 bits are taken apart: once for each call of `spell`. */
const digitsOf = (positions: ReadonlyArray<string>, index: bigint): Uint8Array => {
  const digits = new Uint8Array(positions.length)
  for (let position = positions.length - 1; position >= 0; position--) {
    const radix = BigInt(positions[position]!.length)
    if (radix === 1n) continue
    digits[position] = Number(index % radix)
    index /= radix
  }
  return digits
}

/** Adds one. Past the last word it starts over, which nobody reads. */
const carry = (positions: ReadonlyArray<string>, digits: Uint8Array): void => {
  for (let position = positions.length - 1; position >= 0; position--) {
    if (digits[position]! + 1 < positions[position]!.length) {
      digits[position]! += 1
      return
    }
    digits[position] = 0
  }
}

/** `join` answers flat strings. Concatenation would leave trees, and every name above them would be a tree of trees. */
const read = (positions: ReadonlyArray<string>, digits: Uint8Array): string =>
  positions.map((position, at) => position[digits[at]!]).join("")
