/**
 * Spells the words of mixed-radix numbers in a row. The last wheel carries whole words instead of digits: on it, a word
 * is a table look-up and one concatenation; in front of it, digits carry as they do in a car, once per turn of the wheel.
 */
export interface Odometer {
  /** The digits of the positions in front of the wheel. */
  readonly front: ReadonlyArray<string>
  /** Every word of the positions the wheel stands for, constants among them included, in order. */
  readonly wheel: ReadonlyArray<string>
}

/**
 * Words on a wheel, at most. Measured: a carry costs about 25 words, so wheels of 26 words halve the speed; from 700 to
 * 500,000 words nothing changes but memory and the time to build one, which is a few milliseconds for 4,096.
 */
const maxWords = 4_096

/** An odometer for the digits of every position, left to right. */
export const make = (positions: ReadonlyArray<string>): Odometer => {
  let start = positions.length
  let size = 1
  while (start > 0 && size * positions[start - 1]!.length <= maxWords) size *= positions[--start]!.length
  const below = positions.slice(start)
  const digits = new Uint16Array(below.length)
  const wheel = Array.from({ length: size }, () => {
    const word = read(below, digits)
    carry(below, digits)
    return word
  })
  return { front: positions.slice(0, start), wheel }
}

/** The words of the numbers `from`, `from + 1`, …, as many as `count`, all of which the caller knows to exist. */
export const turn = ({ front, wheel }: Odometer, from: bigint, count: number): Array<string> => {
  const words = new Array<string>(count)
  const wheelSize = BigInt(wheel.length)
  const digits = digitsOf(front, from / wheelSize)
  let at = Number(from % wheelSize)
  for (let filled = 0; filled < count; ) {
    const head = read(front, digits)
    const end = Math.min(wheel.length, at + count - filled)
    while (at < end) words[filled++] = head + wheel[at++]!
    at = 0
    carry(front, digits)
  }
  return words
}

/** The one place where 64 bits are taken apart: once for each turn. */
const digitsOf = (positions: ReadonlyArray<string>, index: bigint): Uint16Array => {
  const digits = new Uint16Array(positions.length)
  for (let position = positions.length - 1; position >= 0; position--) {
    const radix = BigInt(positions[position]!.length)
    if (radix === 1n) continue
    digits[position] = Number(index % radix)
    index /= radix
  }
  return digits
}

/** Adds one. Past the last word it starts over, which nobody reads. */
const carry = (positions: ReadonlyArray<string>, digits: Uint16Array): void => {
  for (let position = positions.length - 1; position >= 0; position--) {
    if (digits[position]! + 1 < positions[position]!.length) {
      digits[position]! += 1
      return
    }
    digits[position] = 0
  }
}

/** `join` answers flat strings. Concatenation would leave trees, and every name above them would be a tree of trees. */
const read = (positions: ReadonlyArray<string>, digits: Uint16Array): string =>
  positions.map((position, at) => position[digits[at]!]).join("")
