import { Schema } from "effect"
import { nullAs } from "../Column.ts"
import { UserId } from "./UserId.ts"

export const AuthEventType = Schema.Literals([
  "login",
  "logout",
  "password_change",
  "password_reset_requested",
  "password_reset",
  "email_verified",
  "account_locked",
  "account_unlocked",
  "session_expired",
  "session_revoked",
  "session_rotated",
  "session_cleanup",
  "user_created",
  "role_assigned",
  "role_revoked",
  "mfa_changed"
])
export type AuthEventType = typeof AuthEventType.Type

export const AuthEventStatus = Schema.Literals(["success", "failure", "blocked"])
export type AuthEventStatus = typeof AuthEventStatus.Type

/** What a check of a session, or a rule of login, found worth saying. */
export const SecurityFlags = Schema.Record(Schema.String, Schema.Json)
export type SecurityFlags = typeof SecurityFlags.Type

/** 0 is everyday, 100 an attack for certain. */
export const RiskScore = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))

/** A line of `auth.auth_audit_log`. Rows of other programs are read as they are: their events need not be ours. */
export class AuthAuditEntry extends Schema.Class<AuthAuditEntry>("@domainflow/core/AuthAuditEntry")({
  id: Schema.BigInt,
  userId: Schema.NullOr(UserId),
  sessionId: Schema.NullOr(Schema.String),
  eventType: Schema.String,
  eventStatus: Schema.String,
  ipAddress: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String),
  sessionFingerprint: Schema.NullOr(Schema.String),
  securityFlags: nullAs(SecurityFlags, {}),
  details: Schema.NullOr(Schema.Json),
  riskScore: nullAs(Schema.Int, 0),
  createdAt: Schema.NullOr(Schema.Date)
}) {}
