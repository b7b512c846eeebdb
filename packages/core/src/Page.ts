import { Array, Effect, Option, Order, Schema, Stream } from "effect"
import { Base64Url } from "effect/encoding"
import { Uuid } from "./Uuid.ts"

/** A page by keyset: hand `next` back to go on; null at the end. Stable under inserts, unlike an offset. */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}

/** Where to go on, and how many at most. */
export interface PageRequest {
  readonly after?: string | null
  readonly limit?: number
}

/** A page that asks for no size gets this many. */
export const defaultPageSize = 50
/** No page is longer, whatever is asked: what one answer may cost is ours to say. */
export const maxPageSize = 1_000

/** `after` is none that this list has given. */
export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", {}) {
  override get message() {
    return "the cursor is not one of this list: hand back `next` of the page before, or start without one"
  }
}

export const pageSize = (request: PageRequest | undefined): number =>
  Math.max(1, Math.min(Math.floor(request?.limit ?? defaultPageSize), maxPageSize))

/** The key of the row after which a page begins, as `key` spells it; null at the beginning. */
export const position = <Key>(
  key: Schema.Codec<Key, unknown>,
  request: PageRequest | undefined
): Effect.Effect<Key | null, InvalidCursor> => {
  const after = request?.after ?? null
  if (after === null) return Effect.succeed(null)
  return Effect.fromResult(Base64Url.decodeString(after)).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Schema.fromJsonString(key))),
    Effect.mapError(() => new InvalidCursor())
  )
}

/** A page out of rows that were read one past its size. */
export const page = <Row, Key>(
  rows: ReadonlyArray<Row>,
  request: PageRequest | undefined,
  keyOf: (row: Row) => Key
): Page<Row> => {
  const size = pageSize(request)
  return {
    items: rows.slice(0, size),
    next: rows.length > size ? Base64Url.encode(JSON.stringify(keyOf(rows[size - 1]!))) : null
  }
}

/** The key of lists in order of name. The id tells apart what may share one. */
export const NameKey = Schema.Tuple([Schema.String, Uuid])
export type NameKey = typeof NameKey.Type
export const nameKey = (row: { readonly name: string; readonly id: string }): NameKey => [row.name, row.id]
export const byName: Order.Order<NameKey> = Order.Tuple([Order.String, Order.String])

/** The key of lists by age, as exact as the store's clock: rows made in one millisecond have their order too. */
export const AgeKey = Schema.Tuple([
  Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00)$/)),
  Uuid
])
export type AgeKey = typeof AgeKey.Type

/** All rows in the order of their key, read a page at a time. No cursor is held: a stream may be read for hours. */
export const rows = <Row, Key, E, R>(
  start: Key,
  size: number,
  keyOf: (row: Row) => Key,
  read: (after: Key, limit: number) => Effect.Effect<ReadonlyArray<Row>, E, R>
): Stream.Stream<Row, E, R> =>
  Stream.paginate(start, (after) =>
    Effect.map(read(after, size), (found) => {
      const last = found.length < size ? Option.none<Row>() : Array.last(found)
      return [found, Option.map(last, keyOf)] as const
    })
  )
