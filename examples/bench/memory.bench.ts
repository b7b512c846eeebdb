import { fork } from "node:child_process"
import { once } from "node:events"
import { setInterval } from "node:timers"
import { spawn } from "@domainflow/internet/Internet"
import { atMost, type Bench } from "../../scripts/bench/Bench.ts"
import { compiled } from "../../scripts/bench/compiled.ts"
import type { Progress, Task } from "./memory/engine.ts"

/** The size the promise speaks of; DOMAINFLOW_BENCH_SHARE=0.05 takes a twentieth of it. */
const share = Number(process.env["DOMAINFLOW_BENCH_SHARE"] ?? 1)
const size = { names: Math.round(2_000_000 * share), pages: Math.round(50_000 * share) }

/** Names before a process can be called warm. */
const warm = Math.min(100_000, size.names / 2)

/**
 * What a host that must stay small gives Node: without a limit V8 lets garbage pile up as far as the machine has memory, and
 * the curve would show the machine.
 */
const heap = ["--max-old-space-size=96", "--max-semi-space-size=4"]

/** Curve points on the way; the bench prints them, because a curve shows what a peak hides. */
const points = 24

const bench: Bench = {
  name: "memory",
  title: "Memory of a long run",
  compares: `the resident memory of a process that generates and resolves ${size.names} names and fetches ${size.pages} pages, all stored, against the loopback internet and PostgreSQL in processes of their own`,
  rounds: 1,
  warmups: 0,
  contenders: async (defer) => {
    const program = await compiled(new URL("./memory/engine.ts", import.meta.url), defer)
    const { ca, ports, resolver, stop } = await spawn()
    defer(stop)
    const task: Task = { ...size, internet: { ca, ports, resolver } }
    return [
      {
        name: "engine",
        run: async () => {
          const curve = await measured(program, task)
          draw(curve)
          return {
            "MB peak": Math.max(...curve.map(({ mb }) => mb)),
            "growth while spelling": growth(curve, "spelling", warm),
            "growth while resolving": growth(curve, "resolving", warm),
            "growth while fetching": growth(curve, "fetching", size.pages / 5)
          }
        }
      }
    ]
  },
  targets: [
    atMost("engine", "MB peak", 256),
    atMost("engine", "growth while spelling", 1.1),
    atMost("engine", "growth while resolving", 1.1),
    atMost("engine", "growth while fetching", 1.1)
  ]
}
export default bench

type Curve = ReadonlyArray<Omit<Progress, "rss"> & { readonly mb: number }>

const measured = async (program: string, task: Task): Promise<Curve> => {
  const curve: Array<Curve[number]> = []
  const child = fork(program, [JSON.stringify(task)], { execArgv: heap })
  child.on("message", ({ rss, ...rest }: Progress) => curve.push({ ...rest, mb: rss / 2 ** 20 }))
  const watch = setInterval(() => child.connected && child.send("how much?"), 250)
  const [code] = await once(child, "exit")
  clearInterval(watch)
  if (code !== 0) throw new Error(`the engine ended with ${code}`)
  return curve
}

const draw = (curve: Curve) => {
  const step = Math.max(1, Math.ceil(curve.length / points))
  for (const { done, mb, phase } of curve.filter((_, i) => i % step === 0)) {
    const figures = `${phase.padEnd(9)} ${String(done).padStart(9)} done  ${mb.toFixed(0).padStart(4)} MB`
    process.stderr.write(`  ${figures}  ${"▪".repeat(mb / 8)}\n`)
  }
}

/**
 * The second half of a kind of work beside its first, which what grows with the number of names or pages would raise. Each kind has
 * a level of its own, and more or less of it depends on when the collector last ran.
 */
const growth = (curve: Curve, phase: Progress["phase"], from: number) => {
  const levels = curve.filter((point) => point.phase === phase && point.done >= from).map(({ mb }) => mb)
  const middle = levels.length >> 1
  return median(levels.slice(middle)) / median(levels.slice(0, middle))
}

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
