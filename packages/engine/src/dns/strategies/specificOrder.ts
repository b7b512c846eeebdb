import type { Strategy } from "../Strategy.ts"
import { around } from "./Cycle.ts"

/** Every name asks the preferred resolvers first to last, then those that are only listed. */
export const specificOrder: Strategy = {
  cycle: ({ preferred, resolvers }) => {
    const wanted = preferred.map((resolver) => resolvers.indexOf(resolver)).filter((place) => place >= 0)
    const [first = 0, ...rest] = new Set([...wanted, ...resolvers.keys()])
    return [first, ...rest]
  },
  pick: (cycle, { asked }) => around(cycle, asked)
}
