import { Option, Schema, SchemaGetter } from "effect"

/** A field that may be missing, or null as earlier installations wrote it: `fallback` stands in. */
export const or = <S extends Schema.Top>(schema: S, fallback: S["Encoded"]) =>
  Schema.optionalKey(Schema.NullOr(Schema.toEncoded(schema))).pipe(
    Schema.decodeTo(schema, {
      decode: SchemaGetter.transformOptional((field) => Option.some(Option.getOrElse(field, () => null) ?? fallback)),
      encode: SchemaGetter.passthrough({ strict: false })
    })
  )
