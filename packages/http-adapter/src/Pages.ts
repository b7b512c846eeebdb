import { InvalidCursor, maxPageSize } from "@domainflow/core/Page"
import { Schema } from "effect"
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
