/** A queue as the bench sees it. */
export interface Queue {
  /** Empties the queue, puts so many empty jobs into it, and tidies up after the round before. */
  readonly fill: (jobs: number) => Promise<void>
  /** Claims, runs and completes all of them, `batch` at a time by each of `workers`; answers how many seconds it took. */
  readonly drain: (workers: number, batch: number, jobs: number) => Promise<number>
  /** Jobs that are not completed. */
  readonly left: () => Promise<number>
}
