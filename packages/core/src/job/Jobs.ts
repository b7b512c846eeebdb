import { Context, Effect, Layer, type Stream } from "effect"
import type { CampaignType } from "../campaign/Campaign.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import type { InvalidCursor, Page, PageRequest } from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import type { Job, JobId, JobStatus } from "./Job.ts"
import { makeMemory } from "./JobsMemory.ts"
import type { Stretch } from "./Stretch.ts"

/**
 * The queue: which stretches of which campaigns wait, run, have ended. Any number of workers in any number of processes
 * share it; the store is their only coordinator, and its clock the only one that counts.
 *
 * A claim is a lease of `Lease.lease` and carries an id of its own. Every later write names it, and answers which of
 * the named jobs it was accepted for: what was claimed anew, released, rescued or ended since is left alone.
 */
export class Jobs extends Context.Service<
  Jobs,
  {
    /** Puts stretches into the queue and answers how many were new. Ids derive from the stretch: twice changes nothing. */
    readonly enqueue: (jobs: ReadonlyArray<NewJob>) => Effect.Effect<number, StoreError>

    /**
     * Up to `limit` jobs that are due, of campaigns that are queued or running: first those of the campaign with the
     * fewest running jobs, then the one that waits longest. Two workers never get the same one. Counts an attempt.
     */
    readonly claim: (request: ClaimRequest) => Effect.Effect<ReadonlyArray<Job>, StoreError>

    /** Renews the leases. */
    readonly beat: (claims: ReadonlyArray<Claim>) => Effect.Effect<Accepted, StoreError>

    readonly complete: (claims: ReadonlyArray<Claim>) => Effect.Effect<Accepted, StoreError>

    /**
     * To be tried again after a while (`Lease.backoff`), or `failed` where it was tried `maxAttempts` times. `error` is
     * kept as `lastError`. Null where the claim no longer holds.
     */
    readonly fail: (claim: Claim, error: string) => Effect.Effect<"retry" | "failed" | null, StoreError>

    /** Hands jobs back, due at once; the attempt is not counted. */
    readonly release: (claims: ReadonlyArray<Claim>) => Effect.Effect<Accepted, StoreError>

    /**
     * Ends the leases that ran out, as failures whose cause is the lost worker: a job that kills its worker every time
     * ends `failed` like any other.
     */
    readonly rescue: Effect.Effect<Rescued, StoreError>

    /** Gives the failed jobs of a campaign that is `queued` all their attempts back, and answers how many. */
    readonly revive: (campaignId: CampaignId) => Effect.Effect<number, StoreError>

    /** How every job of a campaign stands. */
    readonly standings: (campaignId: CampaignId) => Effect.Effect<ReadonlyMap<JobId, Standing>, StoreError>

    /** Oldest first. */
    readonly page: (filter: JobFilter, request?: PageRequest) => Effect.Effect<Page<Job>, InvalidCursor | StoreError>

    /**
     * Emits when something may be due: after an enqueue, a release, a revival, a move of a campaign. A hint that may get
     * lost, and never fails: look by yourself now and then. Needs a connection of its own while it is read.
     */
    readonly wakes: Stream.Stream<void>
  }
>()("@domainflow/core/Jobs") {
  static readonly layerMemory = Layer.effect(
    Jobs,
    Effect.suspend(() => makeMemory)
  )
}

export interface NewJob {
  readonly id: JobId
  readonly campaignId: CampaignId
  readonly jobType: CampaignType
  /** Null: the whole campaign. */
  readonly stretch: Stretch | null
  readonly maxAttempts?: number
}

export interface ClaimRequest {
  /** Who claims: becomes `processingServerId`, and the first part of `lockedBy`. Without a `/`. */
  readonly server: string
  readonly limit: number
  /** The campaign whose jobs alone are wanted; any, where it is left out. */
  readonly only?: CampaignId
  /** Campaigns whose jobs are not wanted now. */
  readonly except?: ReadonlyArray<CampaignId>
  /** Only what is to be tried again: jobs that lost their worker, or failed. Any, unless said. */
  readonly retry?: boolean
}

/** A job as it was claimed. `lockedBy` tells this claim from every other one of the same job. */
export type Claim = Pick<Job, "id" | "lockedBy">

/** The jobs for which a write was accepted. */
export type Accepted = ReadonlySet<JobId>

export interface Rescued {
  readonly retried: number
  readonly failed: number
}

export interface Standing {
  readonly status: JobStatus
  readonly lastError: string | null
}

export interface JobFilter {
  readonly campaignId?: CampaignId
  readonly status?: JobStatus
}
