import type { Array } from "effect"

/** Resolvers by their place in the list of those that may be asked. */
export type Cycle = Array.NonEmptyReadonlyArray<number>

/** The element of a cycle `steps` after its first, round and round. */
export const around = (cycle: Cycle, steps: number): number => cycle[steps % cycle.length]!
