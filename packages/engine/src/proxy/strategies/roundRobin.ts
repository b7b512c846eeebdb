import type { Strategy } from "../Strategy.ts"

/** Every healthy proxy in turn. */
export const roundRobin: Strategy = (healthy, turn) => healthy[turn % healthy.length]!
