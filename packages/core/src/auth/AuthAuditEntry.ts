import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { UserId } from "./UserId.ts"

export const AuthEventType = Schema.Literals([
  "login",
  "logout",
  "password_change",
  "password_reset_requested",
  "password_reset",
  "account_locked",
  "account_unlocked",
  "session_expired",
  "session_revoked",
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
  createdAt: orNull(Schema.Date)
}) {}

/** An entry in one line of plain words: when, who, what, from where, and how worrying it is. */
export const describe = (entry: AuthAuditEntry): string =>
  [
    entry.createdAt?.toISOString() ?? "at an unknown time",
    entry.userId === null ? "somebody" : `user ${entry.userId}`,
    isOurs(entry) ? phrase(entry) : `${entry.eventType}: ${entry.eventStatus}`,
    entry.ipAddress === null ? "" : `from ${entry.ipAddress}`,
    entry.details === null ? "" : JSON.stringify(entry.details),
    entry.riskScore === 0 ? "" : `(risk ${entry.riskScore} of 100)`
  ]
    .filter((part) => part !== "")
    .join(" ")

/** What was done, and what one fails to do or is kept from doing. */
const words: Record<AuthEventType, readonly [done: string, todo: string]> = {
  login: ["logged in", "log in"],
  logout: ["logged out", "log out"],
  password_change: ["changed the password", "change the password"],
  password_reset_requested: ["asked for a link to reset the password", "ask for a link to reset the password"],
  password_reset: ["set a new password by a link", "set a new password by a link"],
  account_locked: ["was locked out", "be locked out"],
  account_unlocked: ["was unlocked", "be unlocked"],
  session_expired: ["had been away for too long", "come back"],
  session_revoked: ["had a session ended", "use a session"],
  session_cleanup: ["removed old sessions", "remove old sessions"],
  user_created: ["got an account", "get an account"],
  role_assigned: ["was given a role", "be given a role"],
  role_revoked: ["lost a role", "lose a role"],
  mfa_changed: ["changed the second factor", "change the second factor"]
}

const phrase = (entry: { readonly eventType: AuthEventType; readonly eventStatus: AuthEventStatus }): string => {
  const [done, todo] = words[entry.eventType]
  const said: Record<AuthEventStatus, string> = {
    success: done,
    failure: `failed to ${todo}`,
    blocked: `was not let ${todo}`
  }
  return said[entry.eventStatus]
}

const isOurs = Schema.is(Schema.Struct({ eventType: AuthEventType, eventStatus: AuthEventStatus }))
