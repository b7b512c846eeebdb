import { User } from "@domainflow/core/auth/User"
import { Schema } from "effect"

/** Whoever is logged in, and what they may do. */
export const Me = Schema.Struct({
  user: User,
  roles: Schema.Array(Schema.String),
  permissions: Schema.Array(Schema.String),
  /** Nothing else works until they have. */
  mustChangePassword: Schema.Boolean
})
