import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { Effect } from "effect"
import { serve } from "../../../packages/engine/bench/dns/server.ts"
import type { Defer } from "../../../scripts/bench/Bench.ts"
import { pattern } from "./Fleet.ts"

/** Starts a resolver for the first `names` names of the fleet's pattern, of which one in `share` exists; answers where it is. */
export const resolve = async (defer: Defer, names: number, share: number): Promise<string> => {
  const { spell } = await Effect.runPromise(Enumeration.make(pattern))
  const records: Array<string> = []
  const step = 50_000
  for (let offset = 0; offset < names; offset += step) {
    for (const [i, name] of spell(BigInt(offset), Math.min(step, names - offset)).entries()) {
      if ((offset + i) % share === 0) records.push(`${name}. A 192.0.2.${i & 255}`)
    }
  }
  const { port } = await serve(defer, pattern.tld, records)
  return `127.0.0.1:${port}`
}
