import type { Proxy, ProxyStrategy } from "@domainflow/core/proxy/Proxy"
import type { Array } from "effect"
import { failover } from "./strategies/failover.ts"
import { leastLatency } from "./strategies/leastLatency.ts"
import { random } from "./strategies/random.ts"
import { roundRobin } from "./strategies/roundRobin.ts"
import { weighted } from "./strategies/weighted.ts"

/**
 * Chooses from the healthy proxies, which stand in the campaign's order. `turn` counts the choices made so far, `chance`
 * is from 0 up to but without 1.
 */
export type Strategy = (healthy: Array.NonEmptyReadonlyArray<Candidate>, turn: number, chance: number) => Candidate

export interface Candidate {
  readonly proxy: Proxy
  /** Of the last good answer, in milliseconds; null before the first. */
  readonly latencyMs: number | null
  /** Its share against the others', at least 1. */
  readonly weight: number
}

/** One line per file in `strategies/`; a new `ProxyStrategy` does not compile until it has one. */
export const strategies: Record<ProxyStrategy, Strategy> = {
  round_robin: roundRobin,
  random,
  weighted,
  failover,
  least_latency: leastLatency
}
