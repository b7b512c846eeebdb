import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Bench, Figures } from "./Bench.ts"

/** What a bench found, as `--json` prints it. */
export interface Report {
  readonly name: string
  readonly title: string
  readonly compares: string
  readonly rows: ReadonlyArray<Row>
  readonly targets: ReadonlyArray<Verdict>
  readonly seconds: number
}

/** One unit of one contender: the median of `runs`, which stand in the order they were measured. */
export interface Row {
  readonly case: string
  readonly unit: string
  readonly median: number
  readonly runs: ReadonlyArray<number>
}

export interface Verdict {
  readonly name: string
  readonly floor?: number
  readonly ceiling?: number
  readonly value: number
  readonly ok: boolean
}

/** Runs every round of a bench. `onStep` hears what is about to be measured. */
export const measure = async (bench: Bench, onStep: (step: string) => void): Promise<Report> => {
  const start = performance.now()
  const releases: Array<() => unknown> = []
  try {
    const contenders = await bench.contenders((release) => releases.push(release))
    const warmups = bench.warmups ?? 1
    const rounds: Array<ReadonlyMap<string, Figures>> = []
    for (let round = -warmups; round < (bench.rounds ?? 5); round++) {
      const figures = new Map<string, Figures>()
      for (const contender of contenders) {
        onStep(`${bench.name}: ${contender.name}, ${round < 0 ? "warm-up" : `round ${round + 1}`}`)
        collectGarbage()
        figures.set(contender.name, await contender.run())
      }
      if (round >= 0) rounds.push(figures)
    }
    return {
      name: bench.name,
      title: bench.title,
      compares: bench.compares,
      rows: contenders.flatMap(({ name }) =>
        Object.keys(rounds[0]?.get(name) ?? {}).map((unit) => {
          const runs = rounds.map((figures) => figureOf(figures, name, unit))
          return { case: name, unit, median: median(runs), runs }
        })
      ),
      targets: bench.targets.map(({ bound, name, value }) => {
        const found = median(rounds.map((figures) => value((contender, unit) => figureOf(figures, contender, unit))))
        return { name, ...bound, value: found, ok: "floor" in bound ? found >= bound.floor : found <= bound.ceiling }
      }),
      seconds: (performance.now() - start) / 1_000
    }
  } finally {
    for (const release of releases.reverse()) await release()
  }
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const figureOf = (figures: ReadonlyMap<string, Figures>, contender: string, unit: string): number => {
  const figure = figures.get(contender)?.[unit]
  if (figure === undefined) throw new Error(`no contender "${contender}" measured "${unit}" in this round`)
  return figure
}

setFlagsFromString("--expose-gc")
/** Nobody pays for the garbage of the contender before. */
const collectGarbage: () => void = runInNewContext("gc")
