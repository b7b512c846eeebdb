import type { AuditChange } from "../audit/AuditEntry.ts"
import { type Campaign, type CampaignStatus, moveAction } from "./Campaign.ts"

/** What the audit trail says about a campaign that was created. */
export const created = ({ campaignType, id, name, totalItems, userId }: Campaign): AuditChange => ({
  action: "campaign.created",
  entityId: id,
  details: { name, campaignType, totalItems: `${totalItems}`, userId }
})

/** About one that was changed, and in which fields. */
export const updated = ({ campaignType, id, name }: Campaign, changed: ReadonlyArray<string>): AuditChange => ({
  action: "campaign.updated",
  entityId: id,
  details: { name, campaignType, changed }
})

/** About one that was moved; `campaign` is as it is now. */
export const moved = (from: CampaignStatus, { errorMessage, id, status }: Campaign): AuditChange => ({
  action: moveAction(from, status),
  entityId: id,
  details: { from, to: status, ...(errorMessage === null ? {} : { error: errorMessage }) }
})

/** About one that was removed; `campaign` is as it was last. */
export const removed = ({ campaignType, id, name, processedItems, status }: Campaign): AuditChange => ({
  action: "campaign.deleted",
  entityId: id,
  details: { name, campaignType, status, processedItems: `${processedItems}` }
})
