import { Layer } from "effect"
import * as AuditLog from "../audit/AuditLog.ts"
import * as AuthLog from "./AuthLog.ts"
import * as Credentials from "./Credentials.ts"
import * as PasswordResets from "./PasswordResets.ts"
import * as RateLimits from "./RateLimits.ts"
import * as Roles from "./Roles.ts"
import * as Sessions from "./Sessions.ts"
import * as Users from "./Users.ts"

/**
 * Every port of accounts on PostgreSQL, and both trails. Missing for `Auth`: a `PasswordHasher` (see `Bcrypt`) and a `Courier`.
 * `AuditKeys` in the context seals the trails.
 */
export const layer = Layer.mergeAll(
  AuditLog.layer,
  AuthLog.layer,
  Credentials.layer,
  PasswordResets.layer,
  RateLimits.layer,
  Roles.layer,
  Sessions.layer,
  Users.layer
)
