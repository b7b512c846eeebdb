import { context, quote } from "@domainflow/core/keyword/Excerpt"

/** Offsets that a finding stores. Its count goes on. */
export const storedOffsets = 100
/** Contexts that a finding stores. */
export const storedContexts = 3

/** Text of a page, and where a reader saw it. */
export interface Reading {
  readonly text: string
  readonly isTitle: boolean
}

/** One thing that is looked for, by however many rules, and what one page holds of it. */
export class Needle {
  /** Who looks for it, by number. */
  readonly seekers: Array<number> = []
  count = 0
  offsets: Array<number> = []
  private first: Array<readonly [text: string, start: number, end: number]> = []
  private reading: Reading | null = null
  private end = 0

  /** Counts a match unless it overlaps the one before. Those of one reading come left to right. */
  add(reading: Reading, start: number, end: number): void {
    if (reading !== this.reading) {
      this.reading = reading
      this.end = 0
    }
    if (start < this.end) return
    this.end = end
    this.count++
    if (!reading.isTitle && this.offsets.length < storedOffsets) this.offsets.push(start)
    if (this.first.length < storedContexts) this.first.push([reading.text, start, end])
  }

  matchedText(): string {
    const [text, start, end] = this.first[0]!
    return quote(text, start, end)
  }

  contexts(characters: number): ReadonlyArray<string> {
    return this.first.map(([text, start, end]) => context(text, start, end, characters))
  }

  /** Ready for the next page. */
  reset(): void {
    this.count = 0
    this.offsets = []
    this.first = []
    this.reading = null
  }
}
