import { Schema } from "effect"
import type { AuditAction } from "../audit/AuditEntry.ts"
import { UserId } from "../auth/UserId.ts"
import { nullAs, orNull } from "../Column.ts"
import { CampaignId } from "./CampaignId.ts"

export const CampaignType = Schema.Literals(["domain_generation", "dns_validation", "http_keyword_validation"])
export type CampaignType = typeof CampaignType.Type

export const CampaignStatus = Schema.Literals([
  "pending",
  "queued",
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "archived"
])
export type CampaignStatus = typeof CampaignStatus.Type

/** One unit of work with an owner, a state and counters: a row of `campaigns`. */
export class Campaign extends Schema.Class<Campaign>("@domainflow/core/Campaign")({
  id: CampaignId,
  /** Not empty where it was created through us. */
  name: Schema.String,
  campaignType: CampaignType,
  status: CampaignStatus,
  userId: Schema.NullOr(UserId),
  totalItems: nullAs(Schema.BigInt, 0n),
  /** Always `successfulItems + failedItems`. */
  processedItems: nullAs(Schema.BigInt, 0n),
  successfulItems: nullAs(Schema.BigInt, 0n),
  failedItems: nullAs(Schema.BigInt, 0n),
  /** 0 to 100; 100 when there is nothing to do. */
  progressPercentage: nullAs(Schema.Finite, 0),
  /** The caller's own; never read or written by us. */
  metadata: Schema.NullOr(Schema.Json),
  createdAt: Schema.Date,
  updatedAt: Schema.Date,
  startedAt: orNull(Schema.Date),
  completedAt: orNull(Schema.Date),
  errorMessage: Schema.NullOr(Schema.String)
}) {}

/** Every legal move; what is not here is refused. */
export const moves: Readonly<Record<CampaignStatus, ReadonlyArray<CampaignStatus>>> = {
  pending: ["queued", "cancelled"],
  queued: ["running", "paused", "cancelled", "failed"],
  running: ["paused", "completed", "failed", "cancelled"],
  paused: ["queued", "running", "cancelled"],
  completed: ["archived"],
  failed: ["queued", "archived"],
  cancelled: ["archived"],
  archived: []
}

export const canMove = (from: CampaignStatus, to: CampaignStatus): boolean => moves[from].includes(to)

/** The states from which `to` can be reached: the left side of the compare-and-set. */
export const sources = (to: CampaignStatus): ReadonlyArray<CampaignStatus> =>
  CampaignStatus.literals.filter((from) => canMove(from, to))

/** What the audit trail calls a move. */
export const moveAction = (from: CampaignStatus, to: CampaignStatus): AuditAction =>
  from === "paused" && (to === "queued" || to === "running") ? "campaign.resumed" : actions[to]

const actions: Record<CampaignStatus, AuditAction> = {
  pending: "campaign.created",
  queued: "campaign.queued",
  running: "campaign.started",
  paused: "campaign.paused",
  completed: "campaign.completed",
  failed: "campaign.failed",
  cancelled: "campaign.cancelled",
  archived: "campaign.archived"
}

/** Nothing more will happen by itself. `completed_at` is set on all of these but `archived`, which keeps the one it had. */
export const isFinal = (status: CampaignStatus): boolean => !canMove(status, "cancelled")

/** No campaign of this id, or none that the asker may see: the two look the same on purpose. */
export class CampaignNotFound extends Schema.TaggedError<CampaignNotFound>()("CampaignNotFound", {
  campaignId: CampaignId
}) {
  override get message() {
    return `campaign ${this.campaignId} does not exist`
  }
}

/** The campaign is in a state from which the asked move is not legal; `moves` says which are. */
export class IllegalTransition extends Schema.TaggedError<IllegalTransition>()("IllegalTransition", {
  campaignId: CampaignId,
  from: CampaignStatus,
  to: CampaignStatus
}) {
  override get message() {
    const legal = moves[this.from]
    return `campaign ${this.campaignId} is ${this.from} and cannot become ${this.to}: ${
      legal.length === 0 ? "this state is final" : `from here it can become ${legal.join(", ")}`
    }`
  }
}

/** What is asked to be changed stays as it is while the campaign is in this state; `changeable` are those in which it may change. */
export class CampaignUnchangeable extends Schema.TaggedError<CampaignUnchangeable>()("CampaignUnchangeable", {
  campaignId: CampaignId,
  state: CampaignStatus,
  path: Schema.String,
  changeable: Schema.Array(CampaignStatus)
}) {
  override get message() {
    return `campaign ${this.campaignId} is ${this.state}: ${this.path} can be changed while it is ${this.changeable.join(", ")}`
  }
}

/** A campaign is not acceptable as it is asked for; `path` names the field, `reason` says what would be. */
export class InvalidCampaign extends Schema.TaggedError<InvalidCampaign>()("InvalidCampaign", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `the campaign is not acceptable: ${this.path === "" ? "" : `${this.path}: `}${this.reason}`
  }
}
