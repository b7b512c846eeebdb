import type { Bench, Contender, Figures } from "../../scripts/bench/Bench.ts"
import { atMost, ratio } from "../../scripts/bench/Bench.ts"
import * as Fleet from "./fleet/Fleet.ts"
import { resolve } from "./fleet/zone.ts"

/** `--names 10000000` is the promised size; without it, what a coffee break has room for. */
const names = Number(process.env["DOMAINFLOW_BENCH_NAMES"] ?? 500_000)
/** To resolve is slower than to spell, and the promise is about the size of the tables, so a fifth of the names is resolved. */
const resolved = Math.ceil(names / 5)
/** One name in so many exists, as among the look-alikes of a brand. */
const share = 10
/** Points of the curve that is printed. */
const points = 16

export default {
  name: "scale",
  title: "What stays flat while a campaign grows",
  compares:
    `One worker process spells and stores ${names} names, then spells and resolves ${resolved}, each as it is and beside a ` +
    "transaction that is open from before the first name to after the last, so that nothing that is updated meanwhile can be " +
    "vacuumed. Growth is the resident memory of the second half over that of the first; the last third over the first one in names/s " +
    "shows what slows down, as it does for claims, of which those count that found a job.",
  rounds: 1,
  warmups: 0,
  contenders: async (defer) => {
    const measure = await Fleet.make(defer)
    const resolver = await resolve(defer, resolved, share)
    const contender = (name: string, load: Omit<Fleet.Load, "workers">): Contender => ({
      name,
      run: async () => {
        const found = await measure({ ...load, workers: 1 })
        print(name, found.curve)
        return figures(found, load.names)
      }
    })
    return [
      contender("spelling", { names }),
      contender("spelling, transaction held", { names, isHeld: true }),
      contender("resolving", { names: resolved, resolver }),
      contender("resolving, transaction held", { names: resolved, resolver, isHeld: true })
    ]
  },
  targets: [
    ...["spelling", "spelling, transaction held", "resolving", "resolving, transaction held"].flatMap((name) => [
      atMost(name, "MB RSS", 256),
      atMost(name, "MB growth", 1.1),
      atMost(name, "job writes/1,000 names", 1)
    ]),
    ratio("spelling, transaction held", "spelling", "names/s", 0.8),
    ratio("resolving, transaction held", "resolving", "names/s", 0.8)
  ]
} satisfies Bench

const figures = ({ claims, curve, jobWrites, seconds }: Fleet.Found, names: number): Figures => {
  // Compilers and pools have settled after the first fifth.
  const settled = curve.filter(({ done }) => done >= names / 5).map(({ mb }) => mb)
  const middle = settled.length >> 1
  const third = Math.ceil(claims.length / 3)
  return {
    "names/s": names / seconds,
    "late/early names/s": pace(curve, 2 / 3, 1) / pace(curve, 0, 1 / 3),
    "MB RSS": Math.max(...curve.map(({ mb }) => mb)),
    "MB growth": quantile(settled.slice(middle), 0.5) / quantile(settled.slice(0, middle), 0.5),
    "job writes/1,000 names": jobWrites,
    "ms claim p50": quantile(claims, 0.5),
    "ms claim p99": quantile(claims, 0.99),
    "late/early claim p50": quantile(claims.slice(-third), 0.5) / quantile(claims.slice(0, third), 0.5)
  }
}

/** Names a second between two shares of the run. */
const pace = (curve: ReadonlyArray<Fleet.Point>, from: number, to: number): number => {
  const total = curve.at(-1)?.done ?? 0
  const first = curve.findLast(({ done }) => done <= from * total) ?? { done: 0, seconds: 0 }
  const last = curve.find(({ done }) => done >= to * total) ?? first
  return (last.done - first.done) / (last.seconds - first.seconds)
}

const quantile = (values: ReadonlyArray<number>, share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

const print = (name: string, curve: ReadonlyArray<Fleet.Point>) => {
  process.stderr.write(`${name}\n`)
  const step = Math.max(1, Math.ceil(curve.length / points))
  let before: Fleet.Point = { done: 0, seconds: 0, mb: 0 }
  for (const point of curve.filter((_, i) => (i + 1) % step === 0 || i === curve.length - 1)) {
    const speed = (point.done - before.done) / (point.seconds - before.seconds)
    process.stderr.write(
      `  ${point.seconds.toFixed(0).padStart(4)} s  ${String(point.done).padStart(9)} done  ${speed.toFixed(0).padStart(7)} names/s  ${point.mb.toFixed(0).padStart(4)} MB\n`
    )
    before = point
  }
}
