/** The shortest time a timer is worth: what is allowed within it may go at once, or a fast rate would never be reached. */
const grainMillis = 10
/** Share of a second that may go at once when no burst is set. */
const defaultBurst = 0.1

/** Lets `perSecond` things begin a second, and at most `burst` at once after a rest. A rate of 0 lets everything pass. */
export class TokenBucket {
  private readonly perMilli: number
  private readonly capacity: number
  private tokens: number
  private at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.perMilli = perSecond / 1_000
    const atOnce = burst > 0 ? Math.max(burst, this.perMilli * grainMillis) : perSecond * defaultBurst
    this.capacity = Math.max(1, atOnce)
    this.tokens = this.capacity
    this.at = now
  }

  /** Whether one more may begin now. */
  take(now: number): boolean {
    if (this.perMilli === 0) return true
    this.fill(now)
    if (this.tokens < 1) return false
    this.tokens--
    return true
  }

  /** When the next may begin. */
  next(now: number): number {
    if (this.perMilli === 0) return now
    this.fill(now)
    return this.tokens >= 1 ? now : now + (1 - this.tokens) / this.perMilli
  }

  private fill(now: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.at) * this.perMilli)
    this.at = now
  }
}
