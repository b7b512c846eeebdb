import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { UserId } from "./UserId.ts"

/** SHA-256 in hex of the token: what is stored, logged and named. The token itself is shown once. */
export const SessionId = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(128)).pipe(
  Schema.brand("SessionId")
)
export type SessionId = typeof SessionId.Type

/** A row of `auth.sessions`. The four hashes are made by a trigger of the table. */
export class Session extends Schema.Class<Session>("@domainflow/core/Session")({
  id: SessionId,
  userId: UserId,
  ipAddress: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String),
  userAgentHash: Schema.NullOr(Schema.String),
  sessionFingerprint: Schema.NullOr(Schema.String),
  browserFingerprint: Schema.NullOr(Schema.String),
  screenResolution: Schema.NullOr(Schema.String),
  isActive: nullAs(Schema.Boolean, false),
  expiresAt: Schema.Date,
  lastActivityAt: orNull(Schema.Date),
  createdAt: orNull(Schema.Date)
}) {}
