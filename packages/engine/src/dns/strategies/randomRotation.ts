import type { Strategy } from "../Strategy.ts"
import { around } from "./Cycle.ts"

/** Shuffles once, then every resolver in turn; a name that is asked again goes on from where it was. */
export const randomRotation: Strategy = {
  cycle: ({ resolvers: [, ...others] }, below) => {
    const cycle: [number, ...Array<number>] = [0]
    // Fisher and Yates, growing: each newcomer takes a random place and sends its holder to the end.
    for (const at of others.keys()) {
      const place = below(at + 2)
      cycle.push(cycle[place] ?? at + 1)
      cycle[place] = at + 1
    }
    return cycle
  },
  pick: (cycle, { asked, turn }) => around(cycle, turn + asked)
}
