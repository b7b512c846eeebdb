import type { Strategy } from "../Strategy.ts"
import { around } from "./Cycle.ts"

/** All names stay with the first resolver; they move on to the next one together, when it was at fault. */
export const sequentialFailover: Strategy = {
  cycle: ({ resolvers: [, ...others] }) => [0, ...others.map((_, at) => at + 1)],
  pick: (cycle, { beside, moves }) => around(cycle, moves + beside)
}
