import type { Schema } from "effect"

/** Text that PostgreSQL takes: it stores neither NUL nor half a surrogate pair. */
export const text = (given: string): string => given.replaceAll("\0", "").toWellFormed()

/** JSON of such text, keys included. */
export const json = (given: Schema.Json): Schema.Json => {
  if (typeof given === "string") return text(given)
  if (given === null || typeof given !== "object") return given
  if (Array.isArray(given)) return given.map(json)
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [text(key), json(value)]))
}
