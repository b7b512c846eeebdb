import { InvalidCursor, maxPageSize, type Page, type PageRequest } from "@domainflow/core/Page"
import { Effect, Result, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { problem } from "./problem/Problem.ts"

/** What a list is asked with: `after` is `next` of the page before. */
export const query = {
  limit: Schema.optionalKey(
    Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: maxPageSize }))
  ),
  after: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(1_000)))
}

/** A page of a list, as it is told. */
export const pageOf = <S extends Schema.Top>(item: S) =>
  Schema.Struct({ items: Schema.Array(item), next: Schema.NullOr(Schema.String) })

export const invalidCursor = problem(InvalidCursor, 400, "The cursor is not one of this list")

/** A list whose store spells its cursor plainly: it leaves sealed, and what comes back is read before the store sees it. */
export const sealed = <A, E, R>(
  key: Schema.Codec<string, string>,
  request: PageRequest,
  read: (request: PageRequest) => Effect.Effect<Page<A>, E, R>
): Effect.Effect<Page<A>, E | InvalidCursor, R> =>
  Effect.gen(function* () {
    const after = request.after == null ? null : yield* open(key, request.after)
    const page = yield* read({ ...request, after })
    return { items: page.items, next: page.next === null ? null : Base64Url.encode(page.next) }
  })

const open = (key: Schema.Codec<string, string>, cursor: string) =>
  Effect.fromResult(Result.mapError(Base64Url.decodeString(cursor), () => new InvalidCursor())).pipe(
    Effect.flatMap((plain) => Effect.mapError(Schema.decodeEffect(key)(plain), () => new InvalidCursor()))
  )
