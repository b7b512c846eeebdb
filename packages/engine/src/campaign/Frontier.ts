/**
 * How far an ordered list is done when its items finish in any order: the key of the last item before which nothing is
 * open. A resume point may move there and no further.
 */
export interface Frontier<K> {
  /** Takes the next item in order; the number stands for it in `finish`. */
  readonly begin: (key: K) => number
  readonly finish: (ticket: number) => void
  /** Undefined until the first item is done. */
  readonly reached: () => K | undefined
}

export const make = <K>(): Frontier<K> => {
  // Open items and the finished ones behind them; bounded by what is in flight, because begin follows finish.
  const waiting = new Map<number, { readonly key: K; done: boolean }>()
  let next = 0
  let first = 0
  let reached: K | undefined

  return {
    begin: (key) => {
      waiting.set(next, { key, done: false })
      return next++
    },
    finish: (ticket) => {
      const item = waiting.get(ticket)
      if (item !== undefined) item.done = true
      for (let head = waiting.get(first); head?.done === true; head = waiting.get(first)) {
        reached = head.key
        waiting.delete(first++)
      }
    },
    reached: () => reached
  }
}
