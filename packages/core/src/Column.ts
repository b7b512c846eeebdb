import { Schema, SchemaGetter } from "effect"

/**
 * A column that may hold NULL although its default says what is meant, as rows written before the default was: reads
 * NULL as `fallback`, and never writes it.
 */
export const nullAs = <S extends Schema.Top>(schema: S, fallback: S["Type"]) =>
  Schema.NullOr(schema).pipe(
    Schema.decodeTo(Schema.toType(schema), {
      decode: SchemaGetter.transform((value) => value ?? fallback),
      encode: SchemaGetter.passthroughSubtype()
    })
  )

/**
 * As `Schema.NullOr`, with NULL tried first. For what has no type of JavaScript's own, such as a date, that is told from NULL by
 * trying only: a try that fails costs more than all the rest of a row.
 */
export const orNull = <S extends Schema.Top>(schema: S) => Schema.Union([Schema.Null, schema])
