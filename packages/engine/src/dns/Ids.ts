/** What has an id while it is in flight. */
export interface Identified {
  readonly id: number
  readonly setId: (id: number) => void
}

/**
 * The 16-bit ids of all questions in flight, drawn at random and unique among them: whoever forges an answer has to
 * guess the id, the port and the question (RFC 5452 4). An array from id to question finds it without a hash.
 */
export class Ids<T extends Identified> {
  private readonly owners: Array<T | undefined> = new Array(65_536).fill(undefined)
  private readonly pool = new Uint16Array(4_096)
  private left = 0
  private readonly random: (bytes: Uint8Array) => Uint8Array

  constructor(random: (bytes: Uint8Array) => Uint8Array) {
    this.random = random
  }

  /** Gives `owner` an id that no other has. At most 50,000 are in flight, so that few draws are needed. */
  claim(owner: T): void {
    let id = this.draw()
    while (this.owners[id] !== undefined) id = this.draw()
    this.owners[id] = owner
    owner.setId(id)
  }

  release(owner: T): void {
    this.owners[owner.id] = undefined
  }

  /** The question in flight under an id. */
  at(id: number): T | undefined {
    return this.owners[id]
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
    return this.owners[Symbol.iterator]()
  }
}
