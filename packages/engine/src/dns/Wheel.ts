/** Something that waits for one time. Only the wheel writes these. */
export interface Timed<T> {
  /** Neighbours in one bucket. */
  before: T | undefined
  after: T | undefined
  bucket: number
  /** The first tick at whose end the time that is waited for has passed; 0 when none is. */
  due: number
}

/** Time between two buckets. A question may wait this much longer than it was told, never shorter. */
const tickMillis = 4
/** A little more than 16 s; what is due later stays in its bucket for further rounds. */
const buckets = 4_096

/**
 * Times that questions wait for. Adding and removing touch two neighbours; no timer of the system is set per question,
 * but one for the next bucket that holds any.
 */
export class Wheel<T extends Timed<T>> {
  private readonly heads: Array<T | undefined> = new Array(buckets).fill(undefined)
  private size = 0
  /** The tick up to which all was fired. */
  private tick: number

  constructor(now: number) {
    this.tick = Math.floor(now / tickMillis)
  }

  add(timed: T, due: number): void {
    // Rounded up: a bucket is looked at when all in it are due. A small whole number, for others cost an object each.
    timed.due = Math.max(Math.ceil(due / tickMillis), this.tick + 1)
    const bucket = timed.due % buckets
    timed.bucket = bucket
    const head = this.heads[bucket]
    timed.before = undefined
    timed.after = head
    if (head !== undefined) head.before = timed
    this.heads[bucket] = timed
    this.size++
  }

  /** What waits for nothing is left alone. */
  remove(timed: T): void {
    if (timed.due === 0) return
    const { after, before } = timed
    if (before !== undefined) before.after = after
    else this.heads[timed.bucket] = after
    if (after !== undefined) after.before = before
    timed.before = timed.after = undefined
    timed.due = 0
    this.size--
  }

  /** Removes what is due and tells it, oldest bucket first. What `fire` removes from the same bucket may still be told. */
  advance(now: number, fire: (timed: T) => void): void {
    const last = Math.floor(now / tickMillis)
    // After a long sleep one round sees every bucket.
    this.tick = Math.max(this.tick, last - buckets)
    while (this.tick < last && this.size > 0) {
      this.tick++
      if (this.heads[this.tick % buckets] === undefined) continue
      const fired: Array<T> = []
      for (let timed = this.heads[this.tick % buckets]; timed !== undefined; timed = timed.after) {
        if (timed.due <= last) fired.push(timed)
      }
      for (const timed of fired) this.remove(timed)
      for (const timed of fired) fire(timed)
    }
    this.tick = Math.max(this.tick, last)
  }

  /** When `advance` has something to look at next; undefined when nothing waits. */
  next(): number | undefined {
    if (this.size === 0) return undefined
    let tick = this.tick + 1
    while (this.heads[tick % buckets] === undefined) tick++
    return tick * tickMillis
  }
}
