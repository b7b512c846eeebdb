/** The shortest time a timer is worth: what is allowed within it may go at once, or a fast rate would never be reached. */
const grainMillis = 10
/** Share of a second that may go at once when no burst is set. */
const defaultBurst = 0.1
/** Of one token: intervals that are no binary fractions do not add up exactly. */
const rounding = 1e-6

/**
 * Lets `perSecond` things begin a second, and at most `burst` at once after a rest. A rate of 0 lets everything pass.
 * Instead of tokens it keeps the moment when none would be owed, which takes no account of when it is looked at.
 */
export class TokenBucket {
  private readonly interval: number
  private readonly tolerance: number
  private paidOff: number

  constructor(perSecond: number, burst: number, now: number) {
    const atOnce = burst > 0 ? Math.max(burst, (perSecond * grainMillis) / 1_000) : perSecond * defaultBurst
    this.interval = perSecond > 0 ? 1_000 / perSecond : 0
    this.tolerance = (Math.max(1, atOnce) - 1 + rounding) * this.interval
    this.paidOff = now
  }

  /** Whether one more may begin now. */
  take(now: number): boolean {
    if (this.interval === 0) return true
    if (now < this.paidOff - this.tolerance) return false
    this.paidOff = Math.max(this.paidOff, now) + this.interval
    return true
  }

  /** When the next may begin; not later than `now` where it may at once. */
  next(now: number): number {
    return this.interval === 0 ? now : this.paidOff - this.tolerance
  }
}
