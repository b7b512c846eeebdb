import { Context, Effect, Layer, type Stream } from "effect"
import type { UserId } from "../auth/UserId.ts"
import type { SpaceTooLarge } from "../generation/Enumeration.ts"
import type { InvalidPattern } from "../generation/InvalidPattern.ts"
import type { SpaceExhausted } from "../generation/SpaceExhausted.ts"
import type { InvalidCursor, Page, PageRequest } from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import type {
  Campaign,
  CampaignNotFound,
  CampaignStatus,
  CampaignType,
  CampaignUnchangeable,
  IllegalTransition,
  InvalidCampaign
} from "./Campaign.ts"
import type { CampaignId } from "./CampaignId.ts"
import type { CampaignParams, NewCampaign, NewPipeline } from "./CampaignParams.ts"
import { makeMemory } from "./CampaignsMemory.ts"
import type { CampaignChange } from "./Change.ts"
import type { Update } from "./Update.ts"

/** Where campaigns and their parameters are kept. Every change writes its audit entry in the same transaction. */
export class Campaigns extends Context.Service<
  Campaigns,
  {
    /**
     * Creates a campaign, `pending`, with its parameters. A generation campaign reserves its whole range of the
     * enumeration in the same step: two created at the same moment never overlap and never leave a gap. It gets what
     * is left where more is asked: `totalItems` says how much.
     */
    readonly create: (
      campaign: typeof NewCampaign.Encoded,
      owner?: UserId
    ) => Effect.Effect<Campaign, CreateError | StoreError>

    /** The campaigns of a pipeline, created together or not at all, in the order they run. */
    readonly createPipeline: (
      pipeline: typeof NewPipeline.Encoded,
      owner?: UserId
    ) => Effect.Effect<ReadonlyArray<Campaign>, CreateError | StoreError>

    readonly get: (id: CampaignId) => Effect.Effect<Campaign, CampaignNotFound | StoreError>
    /** An HTTP campaign's parameters go with its source: once that is removed, they are not found. */
    readonly params: (id: CampaignId) => Effect.Effect<CampaignParams, CampaignNotFound | StoreError>

    /** Newest first. */
    readonly page: (
      filter: CampaignFilter,
      request?: PageRequest
    ) => Effect.Effect<Page<Campaign>, InvalidCursor | StoreError>

    /** The campaigns that take their names from this one, in the order they were created. */
    readonly fedBy: (id: CampaignId) => Effect.Effect<ReadonlyArray<Campaign>, StoreError>

    /**
     * Changes what is given of a campaign, as `CampaignChange` allows in its state; nothing given, nothing done. Whoever
     * works on it next works by the new settings.
     */
    readonly update: (
      id: CampaignId,
      change: CampaignChange
    ) => Effect.Effect<Campaign, CampaignNotFound | CampaignUnchangeable | InvalidCampaign | StoreError>

    /**
     * One legal move, as a compare-and-set: of two callers who make the same move one wins and the other is told.
     * `running` sets `startedAt` once; `completed`, `failed` and `cancelled` set `completedAt`; `error` becomes
     * `errorMessage`. `queued` and `running` clear both: what is to run has neither ended nor failed. With `from` it is made
     * from that state only: who has seen a campaign queued does not undo a pause that came in between.
     */
    readonly move: (
      id: CampaignId,
      to: CampaignStatus,
      error?: string,
      from?: CampaignStatus
    ) => Effect.Effect<Campaign, CampaignNotFound | IllegalTransition | StoreError>

    /**
     * What a running campaign has to say for itself, such as that no proxy is left to it: its `errorMessage` until it says
     * otherwise; null takes it back. Nothing where it does not run.
     */
    readonly say: (id: CampaignId, message: string | null) => Effect.Effect<void, StoreError>

    /**
     * Every change of state and counters, in order and once, while the campaign goes on: first how it stands now, or, to
     * go on after a break, what came after the `seq` that was seen last. Waits for a store that is away.
     */
    readonly watch: (id: CampaignId, after?: bigint) => Stream.Stream<Update, CampaignNotFound | StoreError>

    /**
     * Reads anew how many names the source offers: those it has generated or resolved and, while it has not ended, those it
     * still may. One that was removed offers no more than what is done. Counters stay as they are. For a generation
     * campaign nothing changes.
     */
    readonly measure: (id: CampaignId) => Effect.Effect<Campaign, CampaignNotFound | StoreError>

    /**
     * With everything it produced. A running campaign is refused: cancel it first. Campaigns that took their names from it
     * keep what they found out, and find nothing more.
     */
    readonly remove: (id: CampaignId) => Effect.Effect<void, CampaignNotFound | IllegalTransition | StoreError>
  }
>()("@domainflow/core/Campaigns") {
  static readonly layerMemory = Layer.effect(
    Campaigns,
    Effect.suspend(() => makeMemory)
  )
}

export interface CampaignFilter {
  readonly owner?: UserId
  readonly status?: CampaignStatus
  readonly type?: CampaignType
}

/** Why a campaign was not created. */
export type CreateError = InvalidCampaign | InvalidPattern | SpaceTooLarge | SpaceExhausted | CampaignNotFound
