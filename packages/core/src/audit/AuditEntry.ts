import { Schema } from "effect"
import { UserId } from "../auth/UserId.ts"
import { Uuid } from "../Uuid.ts"

export const AuditEntryId = Uuid.pipe(Schema.brand("AuditEntryId"))
export type AuditEntryId = typeof AuditEntryId.Type

/** What a change can be a change of. */
export const EntityType = Schema.Literals(["campaign", "persona", "proxy", "keyword_set", "user"])
export type EntityType = typeof EntityType.Type

/** Every change there is, `entity.past_tense`. Nothing else is ever written to `audit_logs`. */
export const AuditAction = Schema.Literals([
  "campaign.created",
  "campaign.updated",
  "campaign.queued",
  "campaign.started",
  "campaign.paused",
  "campaign.resumed",
  "campaign.completed",
  "campaign.failed",
  "campaign.cancelled",
  "campaign.archived",
  "campaign.deleted",
  "persona.created",
  "persona.updated",
  "persona.deleted",
  "proxy.created",
  "proxy.updated",
  "proxy.deleted",
  "keyword_set.created",
  "keyword_set.updated",
  "keyword_set.deleted",
  "user.created",
  "user.updated",
  "user.locked",
  "user.unlocked",
  "user.activated",
  "user.deactivated",
  "user.deleted",
  "user.role_assigned",
  "user.role_revoked",
  "user.password_changed",
  "user.password_reset",
  "user.email_verified",
  "user.mfa_changed"
])
export type AuditAction = typeof AuditAction.Type

export const entityType = (action: AuditAction): EntityType =>
  // The part before the dot is an entity type for every literal above, which a test walks through.
  action.slice(0, action.indexOf(".")) as EntityType

/** A line of `audit_logs`. Rows that another program wrote are read as they are: their actions need not be ours. */
export class AuditEntry extends Schema.Class<AuditEntry>("@domainflow/core/AuditEntry")({
  id: AuditEntryId,
  timestamp: Schema.Date,
  userId: Schema.NullOr(UserId),
  action: Schema.String,
  entityType: Schema.NullOr(Schema.String),
  entityId: Schema.NullOr(Uuid),
  details: Schema.NullOr(Schema.Json),
  clientIp: Schema.NullOr(Schema.String),
  userAgent: Schema.NullOr(Schema.String)
}) {}

/** A change to be recorded. Who did it, and from where, is the `Actor` of the context. */
export interface AuditChange {
  readonly action: AuditAction
  readonly entityId: string
  /** What changed, for a reader: never a secret. */
  readonly details?: Schema.Json
}
