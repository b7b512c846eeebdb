/** What is known of a proxy's health. Pure: what counts and what does not is all here. */
export interface Health {
  readonly isHealthy: boolean
  /** Failures since the last sign of life. */
  readonly failures: number
  /** In words, without secrets. */
  readonly status: string
  /** Of the last good answer; null before the first. */
  readonly latencyMs: number | null
}

/** Failures in a row that take a proxy out. */
const patience = 3

export const succeeded = (_: Health, latencyMs: number): Health => ({
  isHealthy: true,
  failures: 0,
  status: "ok",
  latencyMs
})

/** Something was heard of it that ends a row of failures, and says no more than that. */
export const lived = (self: Health): Health => ({ ...self, failures: 0 })

export const failed = (self: Health, status: string): Health => ({
  isHealthy: self.isHealthy && self.failures + 1 < patience,
  failures: self.failures + 1,
  status,
  latencyMs: self.latencyMs
})
