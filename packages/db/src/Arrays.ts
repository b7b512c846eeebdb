import { PgTypes } from "@effect/sql-pg"
import { Result } from "effect"

/** Array parameters of a said type: one that is inferred from its elements cannot hold only nulls. */
const of =
  <A>(oid: number) =>
  (values: ReadonlyArray<A | null>): PgTypes.Parameter =>
    // Fails for an element type without an array type only.
    Result.getOrThrow(PgTypes.array(values, oid))

export const uuids = of<string>(PgTypes.OID.uuid)
export const texts = of<string>(PgTypes.OID.text)
export const ints = of<number>(PgTypes.OID.int4)
/** Milliseconds since the epoch as `timestamptz[]`. */
export const times = of<number>(PgTypes.OID.timestamptz)
