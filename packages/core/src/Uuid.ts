import { Schema } from "effect"

/** A lower-case RFC 9562 UUID, the key of most tables. Brands are made from it: a campaign's id is no persona's. */
export const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: "expected a UUID" })
)
