/**
 * What a file `packages/<package>/bench/<name>.bench.ts` default-exports.
 *
 * Contenders are taken in turn within one run (A B C, A B C, …), so that a machine growing slower grows slower for
 * all of them; a target is judged in every round and its median counts. Trust the ratios, not the figures.
 */
export interface Bench {
  /** The word after `pnpm bench`; the file's name. */
  readonly name: string
  readonly title: string
  /** What stands against what, and under which conditions: a sentence or two for the reader of the table. */
  readonly compares: string
  /** Measured rounds, 5 unless said. */
  readonly rounds?: number
  /** Rounds thrown away first, 1 unless said: compilers and caches settle in it. */
  readonly warmups?: number
  /** Sets the scene once. What is handed to `defer` is released at the end, last first, come what may. */
  readonly contenders: (defer: Defer) => Promise<ReadonlyArray<Contender>> | ReadonlyArray<Contender>
  readonly targets: ReadonlyArray<Target>
}

export type Defer = (release: () => unknown) => void

export interface Contender {
  readonly name: string
  /** One measurement. The figures are keyed by their unit: `{ "queries/s": 131_000, "µs CPU/query": 7.4 }`. */
  readonly run: () => Promise<Figures> | Figures
}

export type Figures = Readonly<Record<string, number>>

/** A promise about one round. It is kept when the median over the rounds stays on the right side of its bound. */
export interface Target {
  readonly name: string
  readonly bound: { readonly floor: number } | { readonly ceiling: number }
  readonly value: (figure: (contender: string, unit: string) => number) => number
}

/** `contender` does at least `floor` times the `unit` of `over`. */
export const ratio = (contender: string, over: string, unit: string, floor: number): Target => ({
  name: `${contender} / ${over}, ${unit}`,
  bound: { floor },
  value: (figure) => figure(contender, unit) / figure(over, unit)
})

/** `contender` reaches at least `floor` of `unit`. */
export const atLeast = (contender: string, unit: string, floor: number): Target => ({
  name: `${contender}, ${unit}`,
  bound: { floor },
  value: (figure) => figure(contender, unit)
})

/** `contender` needs at most `ceiling` of `unit`. */
export const atMost = (contender: string, unit: string, ceiling: number): Target => ({
  name: `${contender}, ${unit}`,
  bound: { ceiling },
  value: (figure) => figure(contender, unit)
})

/** Things done a second by `work`, which answers how many it did. */
export const perSecond = async (work: () => Promise<number> | number): Promise<number> => {
  const start = performance.now()
  const done = await work()
  return (done / (performance.now() - start)) * 1_000
}
