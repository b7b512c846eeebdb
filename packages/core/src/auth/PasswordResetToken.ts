import { Schema } from "effect"
import { orNull } from "../Column.ts"
import { Uuid } from "../Uuid.ts"
import { UserId } from "./UserId.ts"

export const PasswordResetTokenId = Uuid.pipe(Schema.brand("PasswordResetTokenId"))
export type PasswordResetTokenId = typeof PasswordResetTokenId.Type

/** A row of `auth.password_reset_tokens`; `tokenHash` is SHA-256 in hex of what was sent. */
export class PasswordResetToken extends Schema.Class<PasswordResetToken>("@domainflow/core/PasswordResetToken")({
  id: PasswordResetTokenId,
  userId: UserId,
  tokenHash: Schema.String,
  expiresAt: Schema.Date,
  usedAt: orNull(Schema.Date),
  ipAddress: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String),
  createdAt: orNull(Schema.Date)
}) {}
