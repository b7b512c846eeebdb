import type { Query } from "./Query.ts"

/** Time between two buckets. A question may wait this much longer than it was told, never shorter. */
const tickMillis = 4
/** A little more than 16 s; what is due later stays in its bucket for further rounds. */
const buckets = 4_096

/**
 * Times that questions wait for. Adding and removing touch two neighbours; no timer of the system is set per question,
 * but one for the next bucket that holds any.
 */
export class Wheel {
  private readonly heads: Array<Query | undefined> = new Array(buckets).fill(undefined)
  private size = 0
  /** The tick up to which all was fired. */
  private tick: number

  constructor(now: number) {
    this.tick = Math.floor(now / tickMillis)
  }

  add(query: Query, due: number): void {
    query.due = due
    // Rounded up: a bucket is looked at when all in it are due.
    const bucket = Math.max(Math.ceil(due / tickMillis), this.tick + 1) % buckets
    query.bucket = bucket
    const head = this.heads[bucket]
    query.before = undefined
    query.after = head
    if (head !== undefined) head.before = query
    this.heads[bucket] = query
    this.size++
  }

  /** A query that waits for nothing is left alone. */
  remove(query: Query): void {
    if (query.due === 0) return
    const { after, before } = query
    if (before !== undefined) before.after = after
    else this.heads[query.bucket] = after
    if (after !== undefined) after.before = before
    query.before = query.after = undefined
    query.due = 0
    this.size--
  }

  /** Removes what is due and tells it, oldest bucket first. What `fire` removes from the same bucket may still be told. */
  advance(now: number, fire: (query: Query) => void): void {
    const last = Math.floor(now / tickMillis)
    // After a long sleep one round sees every bucket.
    this.tick = Math.max(this.tick, last - buckets)
    while (this.tick < last && this.size > 0) {
      this.tick++
      if (this.heads[this.tick % buckets] === undefined) continue
      const fired: Array<Query> = []
      for (let query = this.heads[this.tick % buckets]; query !== undefined; query = query.after) {
        if (query.due <= now) fired.push(query)
      }
      for (const query of fired) this.remove(query)
      for (const query of fired) fire(query)
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
