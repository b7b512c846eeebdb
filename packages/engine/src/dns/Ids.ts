import type { Query } from "./Query.ts"

/**
 * The 16-bit ids of all questions in flight, drawn at random and unique among them: whoever forges an answer has to
 * guess the id, the port and the question (RFC 5452 4). An array from id to question finds it without a hash.
 */
export class Ids {
  private readonly queries: Array<Query | undefined> = new Array(65_536).fill(undefined)
  private readonly pool = new Uint16Array(4_096)
  private left = 0
  private readonly random: (bytes: Uint8Array) => Uint8Array

  constructor(random: (bytes: Uint8Array) => Uint8Array) {
    this.random = random
  }

  /** Gives `query` an id that no other has. At most 50,000 are in flight, so that few draws are needed. */
  claim(query: Query): void {
    let id = this.draw()
    while (this.queries[id] !== undefined) id = this.draw()
    this.queries[id] = query
    query.setId(id)
  }

  release(query: Query): void {
    this.queries[query.id] = undefined
  }

  /** The question in flight under an id. */
  at(id: number): Query | undefined {
    return this.queries[id]
  }

  /** A number of 16 random bits. */
  draw(): number {
    if (this.left === 0) {
      this.random(new Uint8Array(this.pool.buffer))
      this.left = this.pool.length
    }
    return this.pool[--this.left]!
  }

  [Symbol.iterator]() {
    return this.queries[Symbol.iterator]()
  }
}
