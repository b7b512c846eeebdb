/** What is known of a proxy's health. Pure: what counts and what does not is all here. */
export interface Health {
  readonly isHealthy: boolean
  /** Failures since the last good answer. */
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

export const failed = (self: Health, status: string): Health => ({
  isHealthy: self.isHealthy && self.failures + 1 < patience,
  failures: self.failures + 1,
  status,
  latencyMs: self.latencyMs
})
