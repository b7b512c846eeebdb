import { Schema } from "effect"
import * as Odometer from "./Odometer.ts"

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
  let odometer: Odometer.Odometer | undefined

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
      // Built when first turned: judging a pattern or finding one name does without.
      odometer ??= Odometer.make(positions)
      return Odometer.turn(odometer, from, count)
    }
  }
}
