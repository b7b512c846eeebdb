/**
 * What is rung for when it takes too long. All that wait equally long share one timer: they ring in the order in which they
 * were set, so only the first has to be watched. Setting and putting off cost less than a timer of one's own, and there is
 * one for every call of a port.
 *
 * In real time, whatever clock a fiber has: what is waited for is a socket, and it knows no other. A process that has
 * nothing else to wait for is not kept.
 */
export class Deadlines {
  readonly #millis: number
  /** The ends of a ring that is closed by this one: its next is the first to ring, its previous the last. */
  readonly #ends = new Deadline(Number.POSITIVE_INFINITY, () => {})
  #timer: NodeJS.Timeout | undefined

  private constructor(millis: number) {
    this.#millis = millis
  }

  /** Those `millis` after they are set. */
  static after(millis: number): Deadlines {
    const known = kept.get(millis)
    if (known !== undefined) return known
    const made = new Deadlines(millis)
    kept.set(millis, made)
    return made
  }

  /** Calls `ring` after the time, unless it is put off before. */
  set(ring: () => void): Deadline {
    const deadline = new Deadline(performance.now() + this.#millis, ring)
    deadline.linkBefore(this.#ends)
    // One that was put off leaves the timer running: it finds out at its end, as nearly all do.
    if (this.#timer === undefined) this.#watch(this.#millis)
    return deadline
  }

  #watch(millis: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(millis, longest)).unref()
  }

  #look(): void {
    this.#timer = undefined
    for (let first = this.#ends.next; first !== this.#ends; first = this.#ends.next) {
      const left = first.at - performance.now()
      if (left > 0) {
        if (this.#timer === undefined) this.#watch(left)
        return
      }
      first.putOff()
      first.ring()
    }
  }
}

/**
 * One of them. Linked with its neighbours, and with nothing once it is over: what is dead and points at its successor keeps that
 * one from being collected young, and so on for all that ever come.
 */
export class Deadline {
  readonly at: number
  readonly ring: () => void
  previous: Deadline = this
  next: Deadline = this

  constructor(at: number, ring: () => void) {
    this.at = at
    this.ring = ring
  }

  linkBefore(next: Deadline): void {
    this.previous = next.previous
    this.next = next
    this.previous.next = this
    next.previous = this
  }

  /** It will not ring. */
  putOff(): void {
    this.previous.next = this.next
    this.next.previous = this.previous
    this.previous = this
    this.next = this
  }
}

/** By milliseconds. A program has one limit, or two. */
const kept = new Map<number, Deadlines>()

/** What a timer takes (2^31 - 1 milliseconds); whatever lasts longer is looked at meanwhile. */
const longest = 2_147_483_647
