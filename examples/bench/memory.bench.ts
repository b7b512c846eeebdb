import { fork } from "node:child_process"
import { once } from "node:events"
import { setInterval } from "node:timers"
import type { Bench } from "../../scripts/bench/Bench.ts"
import { atMost } from "../../scripts/bench/Bench.ts"
import type { Progress, Size } from "./memory/engine.ts"

/** The size the promise speaks of; DOMAINFLOW_BENCH_SHARE=0.05 takes a twentieth of it. */
const share = Number(process.env["DOMAINFLOW_BENCH_SHARE"] ?? 1)
const size: Size = { names: Math.round(2_000_000 * share), pages: Math.round(50_000 * share) }

/** Names before a process can be called warm. */
const warm = Math.min(100_000, size.names / 2)

/**
 * What a host that must stay small gives Node: without a limit V8 lets garbage pile up as far as the machine has memory, and
 * the curve would show the machine. The modules themselves take about 150 MB, most of it Effect and the compiler's.
 */
const heap = ["--max-old-space-size=96", "--max-semi-space-size=4"]

/** Curve points on the way; the bench prints them, because a curve shows what a peak hides. */
const points = 24

export default {
  name: "memory",
  title: "Memory of a long run",
  compares: `the resident memory of a process that generates and resolves ${size.names} names and fetches ${size.pages} pages, all stored, against the loopback internet and PostgreSQL in processes of their own`,
  rounds: 1,
  warmups: 0,
  contenders: () => [
    {
      name: "engine",
      run: async () => {
        const child = fork(new URL("./memory/engine.ts", import.meta.url), [JSON.stringify(size)], {
          execArgv: ["--conditions=@domainflow/source", ...heap]
        })
        const curve: Array<Omit<Progress, "rss"> & { readonly mb: number }> = []
        child.on("message", ({ rss, ...rest }: Progress) => curve.push({ ...rest, mb: rss / 2 ** 20 }))
        const watch = setInterval(() => child.connected && child.send("how much?"), 250)
        const [code] = await once(child, "exit")
        clearInterval(watch)
        if (code !== 0) throw new Error(`the engine ended with ${code}`)

        const step = Math.max(1, Math.ceil(curve.length / points))
        for (const { done, mb } of curve.filter((_, i) => i % step === 0)) {
          process.stderr.write(
            `  ${String(done).padStart(9)} done  ${mb.toFixed(0).padStart(4)} MB  ${"▪".repeat(mb / 8)}\n`
          )
        }
        // Each kind of work has a level of its own; what grows with the number of names or pages would rise within it.
        const growth = (phase: Progress["phase"], from: number) => {
          const levels = curve.filter((point) => point.phase === phase && point.done >= from).map(({ mb }) => mb)
          const middle = levels.length >> 1
          return median(levels.slice(middle)) / median(levels.slice(0, middle))
        }
        return {
          "MB peak": Math.max(...curve.map(({ mb }) => mb)),
          "growth over names": growth("names", warm),
          "growth over pages": growth("pages", size.pages / 5)
        }
      }
    }
  ],
  targets: [
    atMost("engine", "MB peak", 256),
    // The second half beside the first, give or take when the collector last ran.
    atMost("engine", "growth over names", 1.1),
    atMost("engine", "growth over pages", 1.1)
  ]
} satisfies Bench

const median = (values: ReadonlyArray<number>) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
