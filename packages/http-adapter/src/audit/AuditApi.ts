import { AuditAction, AuditEntry, EntityType } from "@domainflow/core/audit/AuditEntry"
import { AuthAuditEntry, AuthEventType } from "@domainflow/core/auth/AuthAuditEntry"
import { UserId } from "@domainflow/core/auth/UserId"
import { Uuid } from "@domainflow/core/Uuid"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

const key = Schema.optionalKey

/** Who changed what, and what happened to accounts; newest first. */
export class AuditApi extends HttpApiGroup.make("audit")
  .add(
    HttpApiEndpoint.get("changes", "/changes", {
      query: {
        ...Pages.query,
        userId: key(UserId),
        action: key(AuditAction),
        entityType: key(EntityType),
        entityId: key(Uuid)
      },
      success: Pages.pageOf(AuditEntry),
      error: Pages.invalidCursor
    }),
    HttpApiEndpoint.get("accounts", "/accounts", {
      query: { ...Pages.query, userId: key(UserId), eventType: key(AuthEventType) },
      success: Pages.pageOf(AuthAuditEntry),
      error: Pages.invalidCursor
    })
  )
  .annotateEndpoints(Needs, "users:manage")
  .middleware(Session)
  .prefix("/audit") {}
