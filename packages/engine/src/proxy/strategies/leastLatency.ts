import { Array, Order } from "effect"
import type { Candidate, Strategy } from "../Strategy.ts"

/** The fastest healthy proxy; one that was never measured comes last. */
export const leastLatency: Strategy = (healthy) => Array.min(healthy, byLatency)

const byLatency = Order.mapInput(Order.Number, ({ latencyMs }: Candidate) => latencyMs ?? Infinity)
