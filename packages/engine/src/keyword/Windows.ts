/** Places of a text, in order and apart: `from[i]` to `to[i]`. */
export interface Windows {
  readonly from: ReadonlyArray<number>
  readonly to: ReadonlyArray<number>
}

/**
 * Where the matches of a regex are, when each holds one of the places `starts[i]` to `ends[i]` and touches at most
 * `gaps` runs of white space: a place can be no further from the edges of its match than that. Places are ordered by
 * their ends. Null when finding out would mean reading more than the text.
 */
export const windows = (
  text: string,
  starts: ReadonlyArray<number>,
  ends: ReadonlyArray<number>,
  gaps: number
): Windows | null => {
  const from: Array<number> = []
  const to: Array<number> = []
  let read = 0
  for (let i = 0; i < ends.length; i++) {
    let left = leftOf(text, starts[i]!, gaps)
    const right = rightOf(text, ends[i]!, gaps)
    read += right - left
    if (read > text.length) return null
    while (to.length > 0 && left <= to.at(-1)!) {
      left = Math.min(left, from.pop()!)
      to.pop()
    }
    from.push(left)
    to.push(right)
  }
  return { from, to }
}

/** The furthest from `at` to the left that is not past `gaps` runs of white space. */
const leftOf = (text: string, at: number, gaps: number): number => {
  let passed = 0
  for (let left = at; left > 0; left--) {
    if (isGap(text, left - 1) && (left === at || !isGap(text, left)) && passed++ === gaps) return left
  }
  return 0
}

const rightOf = (text: string, at: number, gaps: number): number => {
  let passed = 0
  for (let right = at; right < text.length; right++) {
    if (isGap(text, right) && (right === at || !isGap(text, right - 1)) && passed++ === gaps) return right
  }
  return text.length
}

/** RE2's `\s`. */
const isGap = (text: string, at: number): boolean => {
  const c = text.charCodeAt(at)
  return c === 0x20 || (c >= 0x09 && c <= 0x0d && c !== 0x0b)
}
