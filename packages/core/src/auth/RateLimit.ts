import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"

/** What is counted, per address and per account. */
export const LimitedAction = Schema.Literals([
  "login",
  "password_reset",
  "email_verification",
  "password_change",
  "remark"
])
export type LimitedAction = typeof LimitedAction.Type

/** A row of `auth.rate_limits`: how often someone tried something since `windowStart`. */
export class RateLimit extends Schema.Class<RateLimit>("@domainflow/core/RateLimit")({
  id: Schema.BigInt,
  identifier: Schema.String,
  action: Schema.String,
  attempts: nullAs(Schema.Int, 1),
  windowStart: orNull(Schema.Date),
  blockedUntil: orNull(Schema.Date)
}) {}
