import type { Strategy } from "../Strategy.ts"

/** Each healthy proxy as often as its weight says: exactly so over a cycle as long as the weights together. */
export const weighted: Strategy = (healthy, turn) => {
  let place = turn % healthy.reduce((sum, { weight }) => sum + weight, 0)
  return healthy.find(({ weight }) => {
    place -= weight
    return place < 0
  })!
}
