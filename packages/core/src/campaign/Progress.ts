/** Percent of `total` that is done: 0 to 100, and 100 only when all of it is, or when there is nothing to do. */
export const percentage = (processed: bigint, total: bigint): number => {
  if (processed >= total) return 100
  if (processed <= 0n) return 0
  // Just under 100 where a double would round up to it: what is not finished must not look finished.
  return Math.min((Number(processed) / Number(total)) * 100, largestBelow100)
}

/** How many items were done at a moment, in milliseconds of any clock that only goes forward. */
export interface Sample {
  readonly at: number
  readonly processed: bigint
}

/** A rate looks back this many milliseconds: long enough to be calm, short enough to follow a change of pace. */
export const window = 10_000

/** The samples a rate needs once `sample` is known: those within the window, and the last one before it. */
export const observe = (samples: ReadonlyArray<Sample>, sample: Sample): ReadonlyArray<Sample> => {
  const inside = samples.findIndex(({ at }) => at > sample.at - window)
  const kept = inside < 0 ? samples.slice(-1) : samples.slice(Math.max(0, inside - 1))
  return [...kept, sample]
}

/** Items a second over the samples, oldest first; null until two moments are known. */
export const rate = (samples: ReadonlyArray<Sample>): number | null => {
  const [oldest] = samples
  const newest = samples.at(-1)
  if (oldest === undefined || newest === undefined || newest.at <= oldest.at) return null
  return (Number(newest.processed - oldest.processed) / (newest.at - oldest.at)) * 1_000
}

/** Seconds until `total` is reached at the rate of the samples: 0 when it is, null while nobody can say. */
export const timeLeft = (samples: ReadonlyArray<Sample>, total: bigint): number | null => {
  const newest = samples.at(-1)
  if (newest === undefined) return null
  if (newest.processed >= total) return 0
  const perSecond = rate(samples)
  return perSecond === null || perSecond <= 0 ? null : Number(total - newest.processed) / perSecond
}

const largestBelow100 = 100 - 2 ** -46
