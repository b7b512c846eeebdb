import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import { Uuid } from "../Uuid.ts"

export const JobId = Uuid.pipe(Schema.brand("JobId"))
export type JobId = typeof JobId.Type

/** Written in lower case; rows of an earlier installation may hold any, and are read so. */
export const JobStatus = Schema.Literals(["pending", "queued", "running", "completed", "failed", "retry"])
export type JobStatus = typeof JobStatus.Type

/** How often a job is tried when nobody says otherwise; the column's own default. */
export const maxAttempts = 3

/** A stretch of a campaign that one worker runs: a row of `campaign_jobs`. */
export class Job extends Schema.Class<Job>("@domainflow/core/Job")({
  id: JobId,
  campaignId: CampaignId,
  jobType: Schema.String,
  status: JobStatus,
  scheduledAt: Schema.Date,
  attempts: nullAs(Schema.Int, 0),
  maxAttempts: nullAs(Schema.Int, maxAttempts),
  lastAttemptedAt: orNull(Schema.Date),
  lastError: Schema.NullOr(Schema.String),
  processingServerId: Schema.NullOr(Schema.String),
  createdAt: Schema.Date,
  updatedAt: Schema.Date,
  jobPayload: Schema.NullOr(Schema.Json),
  nextExecutionAt: orNull(Schema.Date),
  /** When the lease was last renewed, by the database's clock. */
  lockedAt: orNull(Schema.Date),
  /** The worker and its claim id: the fencing token every write of the worker names. */
  lockedBy: Schema.NullOr(Schema.String)
}) {}
