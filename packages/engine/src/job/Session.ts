import type { Campaign } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import type { CampaignParams } from "@domainflow/core/campaign/CampaignParams"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { Job, JobId } from "@domainflow/core/job/Job"
import * as Stretch from "@domainflow/core/job/Stretch"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect, Fiber, Option, Queue, Stream } from "effect"
import * as Control from "../campaign/Control.ts"
import * as Dns from "../campaign/kinds/Dns.ts"
import * as Generation from "../campaign/kinds/Generation.ts"
import * as Http from "../campaign/kinds/Http.ts"
import * as Lot from "../campaign/Lot.ts"

/** What a session asks of its worker. */
export interface Desk {
  /** Closes when the worker is to stop. */
  readonly door: Control.Control
  /**
   * Another job of the campaign, waited for while the session is busy anyway; nothing when there is none for it now. As long
   * as the session reads the names of one, only another that lost its worker, which must not wait for the end of that.
   */
  readonly next: (campaignId: CampaignId, hands: Hands) => Effect.Effect<Job | undefined>
  readonly ended: (job: Job, ending: Lot.Ending) => Effect.Effect<void>
}

/** What a session has in hand. */
export interface Hands {
  /** The names of a stretch are not all read yet. */
  readonly isReading: () => boolean
  /** Something has no answer yet, or is not kept. */
  readonly isBusy: () => boolean
  /** Returns when a stretch has been read to its end since it was last asked. */
  readonly read: Effect.Effect<void>
}

/**
 * A worker's share in one campaign: job after job, through one window of questions, one pace and one set of personas, until
 * there is none, or the campaign or the worker is told to stop.
 */
export const run = Effect.fn("Session.run")(function* (first: Job, desk: Desk) {
  const campaigns = yield* Campaigns
  const { campaignId } = first
  // Only from queued: a pause that came in between stands.
  yield* Control.patiently(campaigns.move(campaignId, "running", undefined, "queued")).pipe(
    Effect.catchTag("IllegalTransition", () => Effect.void)
  )
  const campaign = yield* Control.patiently(campaigns.measure(campaignId))
  if (campaign.status !== "running") return yield* desk.ended(first, "partial")
  const asking = yield* Control.gate(0)
  const params = yield* Control.patiently(campaigns.params(campaignId))
  const control = Control.both(Control.both(yield* Control.watch(campaignId, params), desk.door), asking.control)

  const [busy, reading] = [new Set<JobId>(), new Set<JobId>()]
  const read = yield* Queue.sliding<void>(1)
  const hands: Hands = {
    isReading: () => reading.size > 0,
    isBusy: () => busy.size > 0 && control.isOpen(),
    read: Queue.take(read)
  }
  const lots = Stream.paginate(Option.some(first), (given) =>
    Effect.gen(function* () {
      const job = Option.isSome(given)
        ? given.value
        : control.isOpen()
          ? yield* desk.next(campaignId, hands)
          : undefined
      if (job === undefined) return [[], Option.none<Option.Option<Job>>()] as const
      busy.add(job.id)
      reading.add(job.id)
      const lot = Lot.make(job, Stretch.of(job), {
        read: Effect.suspend(() => {
          reading.delete(job.id)
          return Queue.offer(read, undefined)
        }),
        ended: (ending) =>
          Effect.suspend(() => {
            busy.delete(job.id)
            return desk.ended(job, ending)
          })
      })
      return [[lot], Option.some(Option.none<Job>())] as const
    })
  )
  // Broken off, it stops asking first: what is on its way to a store that no longer answers is waited for.
  const working = yield* Effect.forkChild(work(campaign, params, control, lots))
  yield* Effect.onInterrupt(Fiber.join(working), () => Effect.andThen(asking.close, Fiber.interrupt(working)))
}, Effect.scoped)

export type Run = ReturnType<typeof run>

const work = (
  campaign: Campaign,
  params: CampaignParams,
  control: Control.Control,
  lots: Stream.Stream<Lot.Lot, StoreError>
) => {
  switch (params._tag) {
    case "domain_generation":
      return Generation.runLots(campaign, params, control, lots)
    case "dns_validation":
      return Dns.runLots(campaign, params, control, lots)
    case "http_keyword_validation":
      return Http.runLots(campaign, params, control, lots)
  }
}
