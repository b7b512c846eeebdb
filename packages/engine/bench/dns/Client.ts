/** Asks everything there is to ask; answers how many names turned out to exist. */
export type Client = () => Promise<number>

/** What one run took: seconds on the clock, and microseconds of all processors. */
export interface Run {
  readonly resolved: number
  readonly seconds: number
  readonly cpuMicros: number
}
