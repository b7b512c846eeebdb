import type { Strategy } from "../Strategy.ts"

/** The first that is healthy; the others wait until it is not. */
export const failover: Strategy = ([first]) => first
