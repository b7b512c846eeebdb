import type { Bench, Contender } from "../../scripts/bench/Bench.ts"
import { atMost } from "../../scripts/bench/Bench.ts"
import * as Fleet from "./fleet/Fleet.ts"
import { resolve } from "./fleet/zone.ts"

const names = Number(process.env["DOMAINFLOW_BENCH_NAMES"] ?? 100_000)

export default {
  name: "fleet",
  title: "A whole DNS campaign with one, two and four worker processes",
  compares:
    `${names} names, half of which exist, from the pattern to stored verdicts, the DNS campaign behind the one that spells: by worker ` +
    "processes that share one PostgreSQL and one nsd on this machine. Processor time is that of the workers together, memory that " +
    "of the largest. On a machine of two cores the server and the resolver want one of them: more workers than cores bring nothing there.",
  rounds: 3,
  warmups: 0,
  contenders: async (defer) => {
    const measure = await Fleet.make(defer)
    const resolver = await resolve(defer, names, 2)
    return [1, 2, 4].map(
      (workers): Contender => ({
        name: `${workers} ${workers === 1 ? "process" : "processes"}`,
        run: async () => {
          const { cpu, curve, seconds } = await measure({ workers, names, resolver })
          return {
            "names/s": names / seconds,
            "µs CPU/name": cpu,
            "cores busy": (cpu * names) / 1e6 / seconds,
            "MB RSS": Math.max(...curve.map(({ mb }) => mb))
          }
        }
      })
    )
  },
  targets: [1, 2, 4].map((workers) => atMost(`${workers} ${workers === 1 ? "process" : "processes"}`, "MB RSS", 256))
} satisfies Bench
