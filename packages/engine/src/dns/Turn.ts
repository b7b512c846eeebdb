/** What plain code needs of the world outside. */
export interface World {
  /** Milliseconds since some moment, never going back. */
  readonly now: () => number
  /** Calls `ring` once after `millis`, unless what is answered is called first. */
  readonly alarm: (millis: number, ring: () => void) => () => void
}

/** How long answers are gathered where that is worth it. */
export const gatherMillis = 1

/**
 * Does `work` once in every turn of the event loop in which it was woken, after all that came in with that turn, and
 * at the time that `work` asked for last. The clock is read once a turn.
 */
export class Turn {
  private readonly world: World
  private readonly work: (now: number) => number | undefined
  private current: number
  private isFresh = false
  /** Whether a turn waits a little for more to come in. Streams are read and written at a third less cost by it. */
  isGathering = false
  private isAwake = false
  private isOver = false
  private alarmAt = Infinity
  private callOff = () => {}

  /** `work` answers when it has to be done again though nothing wakes it; undefined for never. */
  constructor(world: World, work: (now: number) => number | undefined) {
    this.world = world
    this.work = work
    this.current = world.now()
  }

  /** The time of this turn. */
  now(): number {
    if (!this.isFresh) {
      this.current = this.world.now()
      this.isFresh = true
      // The turn ends when the work is done: a reading never grows older than that.
      this.wake()
    }
    return this.current
  }

  wake(): void {
    if (this.isAwake || this.isOver) return
    this.isAwake = true
    if (this.isGathering) setTimeout(this.run, gatherMillis)
    else setImmediate(this.run)
  }

  /** Nothing is done any more. */
  end(): void {
    this.isOver = true
    this.callOff()
  }

  private readonly run = (): void => {
    if (this.isOver) return
    this.isAwake = false
    this.current = this.world.now()
    this.isFresh = true
    const next = this.work(this.current)
    this.isFresh = false
    // An alarm that rings too early costs less than calling one off in every turn.
    if (next === undefined || next >= this.alarmAt) return
    this.callOff()
    this.alarmAt = next
    this.callOff = this.world.alarm(next - this.current, () => {
      this.alarmAt = Infinity
      this.run()
    })
  }
}
