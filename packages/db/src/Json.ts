import * as Storable from "@domainflow/core/Storable"
import type { Schema } from "effect"

/**
 * JSON text that `jsonb` takes: without NUL and without half surrogate pairs, keys included.
 *
 * Both are escaped by `JSON.stringify`, so text without an escape holds neither: most is looked at once and not taken
 * apart.
 */
export const text = (value: unknown): string => {
  const json = JSON.stringify(value)
  // What JSON.stringify gave reads back as JSON.
  return json.includes("\\u") ? JSON.stringify(Storable.json(JSON.parse(json) as Schema.Json)) : json
}

/** As `text`, but a column without a value is NULL rather than JSON's null. */
export const orNull = (value: unknown): string | null => (value === null || value === undefined ? null : text(value))
