/** What one append did to the counters: names that were new, and how they ended. A replayed batch adds nothing. */
export interface Tally {
  readonly successful: number
  readonly failed: number
}

export const empty: Tally = { successful: 0, failed: 0 }

export const add = (a: Tally, b: Tally): Tally => ({
  successful: a.successful + b.successful,
  failed: a.failed + b.failed
})

export const processed = (self: Tally): number => self.successful + self.failed
