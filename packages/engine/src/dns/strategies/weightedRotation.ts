import type { Strategy } from "../Strategy.ts"
import { around } from "./Cycle.ts"

/**
 * Every resolver as many turns in a cycle as its weight, 1 where none is given, spread as evenly as can be: 3 and 1
 * over eight names are six and two, never six in a row. A name that is asked again goes to another one.
 */
export const weightedRotation: Strategy = {
  cycle: ({ resolvers, weights }) => {
    const shares = resolvers.map((resolver) => weights[resolver] ?? 1)
    const unit = shares.reduce(greatestCommonDivisor)
    const turns = shares.map((share) => share / unit)
    const total = turns.reduce((sum, share) => sum + share)
    // Smooth weighted round robin: each turn all are owed their share, and the one that is owed most is served.
    const owed = turns.map(() => 0)
    const next = (): number => {
      for (const [at, share] of turns.entries()) owed[at]! += share
      const served = owed.indexOf(Math.max(...owed))
      owed[served]! -= total
      return served
    }
    return [next(), ...Array.from({ length: total - 1 }, next)]
  },
  pick: (cycle, { asked, turn }) => {
    if (asked === 0) return around(cycle, turn)
    const others: Array<number> = []
    for (let at = turn; at < turn + cycle.length && others.length <= asked; at++) {
      const next = around(cycle, at)
      if (!others.includes(next)) others.push(next)
    }
    return others[asked % others.length]!
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
