import { Effect } from "effect"

/** Names that the first window of a page holds: far more than a page, and looked at within milliseconds. */
const first = 16_384
/** Names in a window at most: looked at in about a second. */
const most = 262_144

/** Names in an order, of which some have no answer yet. `Key` says where one stands. */
export interface Names<Question, Key, E, R> {
  /** Those without an answer after `after`, up to and with `end` where there is one; one call of the store. */
  readonly read: (after: Key, limit: number, end: Key | undefined) => Effect.Effect<ReadonlyArray<Question>, E, R>
  /** Where the name stands that has `names` others between it and `after`; undefined where there are fewer. Another call. */
  readonly ahead: (after: Key, names: number) => Effect.Effect<Key | undefined, E, R>
}

/**
 * A page of names without an answer, window by window. Where nearly every name has one, a statement that went on until its page is full
 * would look at millions of them, and take longer than a call may: it would be given up and begun again for ever.
 */
export const page = Effect.fnUntraced(function* <Question, Key, E, R>(
  names: Names<Question, Key, E, R>,
  after: Key,
  limit: number
) {
  const found: Array<Question> = []
  let from = after
  for (let size = first; ; size = Math.min(size * 4, most)) {
    const end = yield* names.ahead(from, size)
    found.push(...(yield* names.read(from, limit - found.length, end)))
    if (end === undefined || found.length === limit) return found
    from = end
  }
})
