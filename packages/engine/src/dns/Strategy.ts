import type { ResolverStrategy } from "@domainflow/core/persona/DnsPersona"
import type { Array } from "effect"
import type { Cycle } from "./strategies/Cycle.ts"
import { randomRotation } from "./strategies/randomRotation.ts"
import { sequentialFailover } from "./strategies/sequentialFailover.ts"
import { specificOrder } from "./strategies/specificOrder.ts"
import { weightedRotation } from "./strategies/weightedRotation.ts"

export type { Cycle }

/** What a choice may depend on. */
export interface Moment {
  /** Names begun before this one. */
  readonly turn: number
  /** Resolvers asked about this name before, in this try and earlier ones. */
  readonly asked: number
  /** Resolvers asked before within this try. */
  readonly beside: number
  /** Times the resolver that all names stay with was at fault. */
  readonly moves: number
}

/** The listed resolvers, as their persona weighs them; `weights` and `preferred` may say nothing. */
export interface Listed {
  readonly resolvers: Array.NonEmptyReadonlyArray<string>
  readonly weights: Readonly<Record<string, number>>
  readonly preferred: ReadonlyArray<string>
}

/** Chooses resolvers: a cycle made once, and a place in it for every question. Pure, so that a run can be told again. */
export interface Strategy {
  /** `below(n)` draws a whole number from [0, n). */
  readonly cycle: (listed: Listed, below: (n: number) => number) => Cycle
  readonly pick: (cycle: Cycle, moment: Moment) => number
}

/** One line per file in `strategies/`. */
export const strategies: Record<ResolverStrategy, Strategy> = {
  random_rotation: randomRotation,
  weighted_rotation: weightedRotation,
  sequential_failover: sequentialFailover,
  specific_order: specificOrder
}
