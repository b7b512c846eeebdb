import type { Campaign, CampaignStatus } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { type CampaignParams, sourceOf } from "@domainflow/core/campaign/CampaignParams"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Chaining from "@domainflow/core/campaign/Chaining"
import * as Start from "@domainflow/core/campaign/Start"
import type { JobId } from "@domainflow/core/job/Job"
import { Jobs, type NewJob, type Standing } from "@domainflow/core/job/Jobs"
import * as Lease from "@domainflow/core/job/Lease"
import * as Stretch from "@domainflow/core/job/Stretch"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect, Option, Stream } from "effect"

/*
 * Keeps the queue true to the campaigns. It remembers nothing: each round looks at what is there and takes the steps that
 * are missing, so any number of workers may make rounds at once, and one that dies in the middle leaves the rest to the
 * next. Every step is a compare-and-set or changes nothing the second time.
 */

/** One round over every campaign that is queued or running. A campaign that cannot be dealt with does not stop the others. */
export const round = Effect.gen(function* () {
  for (const status of ["running", "queued"] as const) {
    yield* all(status).pipe(Stream.runForEach((campaign) => Effect.ignore(dispatch(campaign), { log: "Warn" })))
  }
})

/** The steps that are missing for one campaign. Whoever else moves it meanwhile wins: the next round sees what they made of it. */
export const dispatch = Effect.fn("Dispatcher.dispatch")(
  function* (campaign: Campaign) {
    const jobs = yield* Jobs
    const { id, status } = campaign
    yield* startFollowers(id, "behind")
    const standings = yield* jobs.standings(id)
    const failed = [...standings.values()].find((standing) => standing.status === "failed")
    if (failed !== undefined && status === "running") {
      return yield* move(id, "failed", "running", failed.lastError ?? "a part of it failed")
    }
    // Somebody wants it to go on although it has failed.
    if (failed !== undefined) yield* jobs.revive(id)

    const plan = yield* stretches(campaign)
    const fresh = plan.stretches.filter((job) => !standings.has(job.id))
    const ready = yield* eligible(plan, fresh)
    if (ready.length > 0) yield* jobs.enqueue(ready)
    const isDone = plan.hasEnded && plan.stretches.every((job) => standings.get(job.id)?.status === "completed")
    if (isDone) yield* complete(campaign, standings)
  },
  Effect.catchTag(["IllegalTransition", "CampaignNotFound"], () => Effect.void)
)

interface Plan {
  /** All of them, whether or not they are in the queue. */
  readonly stretches: ReadonlyArray<NewJob>
  /** The campaign that gives the names; null for generation, and where it is gone. */
  readonly source: CampaignId | null
  /** The source adds nothing any more. */
  readonly hasEnded: boolean
  readonly chaining: Chaining.Chaining
}

/** Into what a campaign is split: the stretches of the generation campaign at the head of its chain. */
const stretches = Effect.fnUntraced(function* (campaign: Campaign) {
  const campaigns = yield* Campaigns
  const params = yield* campaigns.params(campaign.id)
  const source = sourceOf(params)
  const head = yield* headOf(campaign, params)
  const chaining = Chaining.of(params)
  const { smallestStretch } = yield* Lease.Terms
  const cut = head === null ? [null] : Stretch.cut(head.start, head.count, smallestStretch)
  const plan: Plan = {
    source,
    hasEnded: source === null || (yield* hasEnded(source, chaining)),
    chaining,
    stretches: cut.map((stretch) => ({
      id: Stretch.jobId(campaign.id, stretch),
      campaignId: campaign.id,
      jobType: campaign.campaignType,
      stretch
    }))
  }
  return plan
})

/** The range of the generation campaign at the head of the chain; null where it is gone, and names have no offset. */
const headOf = (
  campaign: Campaign,
  params: CampaignParams
): Effect.Effect<{ readonly start: bigint; readonly count: bigint } | null, StoreError, Campaigns> => {
  if (params._tag === "domain_generation") {
    return Effect.succeed({ start: params.startOffset, count: campaign.totalItems })
  }
  const source = sourceOf(params)
  if (source === null) return Effect.succeed(null)
  return Campaigns.use((campaigns) =>
    Effect.all([campaigns.get(source), campaigns.params(source)]).pipe(
      Effect.flatMap(([before, itsParams]) => headOf(before, itsParams)),
      Effect.catchTag("CampaignNotFound", () => Effect.succeed(null))
    )
  )
}

/** Those of the fresh stretches whose names are all there. */
const eligible = Effect.fnUntraced(function* ({ chaining, hasEnded, source }: Plan, fresh: ReadonlyArray<NewJob>) {
  if (hasEnded || source === null || fresh.length === 0) return fresh
  if (chaining === "after") return []
  const before: ReadonlyMap<JobId, Standing> = yield* Jobs.use((jobs) => jobs.standings(source))
  return fresh.filter(
    ({ stretch }) =>
      // Without offsets nobody can say which names are there: all of them, once the source has ended.
      stretch !== null && before.get(Stretch.jobId(source, stretch))?.status === "completed"
  )
})

/** All its stretches are done, and no name can come any more. */
const complete = Effect.fnUntraced(function* (campaign: Campaign, standings: ReadonlyMap<JobId, Standing>) {
  const campaigns = yield* Campaigns
  const { campaignType, id, status } = campaign
  const { processedItems, totalItems } = yield* campaigns.measure(id)
  if (processedItems < totalItems) {
    // Names beside the stretches: of an older installation, whose offsets may be anything, or of the last moment of a source
    // that was cancelled. One more job goes through all that have no answer.
    const rest = { id: Stretch.jobId(id, null), campaignId: id, jobType: campaignType, stretch: null }
    const standing = standings.get(rest.id)
    if (standing === undefined) yield* Jobs.use((jobs) => jobs.enqueue([rest]))
    if (standing?.status !== "completed") return
  }
  // First, and while this one still runs: a worker that dies here leaves it to the next round.
  yield* startFollowers(id, "after")
  if (status === "queued") yield* move(id, "running", "queued")
  yield* move(id, "completed", "running")
})

/** Queues the campaigns that wait for this one; one that cannot start has failed, and says why. */
const startFollowers = Effect.fnUntraced(function* (id: CampaignId, chaining: Chaining.Chaining) {
  const campaigns = yield* Campaigns
  for (const follower of yield* campaigns.fedBy(id)) {
    if (follower.status !== "pending") continue
    const params = yield* campaigns.params(follower.id)
    if (params._tag === "domain_generation" || params.chaining !== chaining) continue
    yield* Start.start(follower.id, "pending").pipe(
      Effect.catchTag(["PersonasUnusable", "KeywordSetsUnusable", "ProxiesUnusable"], (unusable) =>
        Effect.andThen(move(follower.id, "queued", "pending"), move(follower.id, "failed", "queued", unusable.message))
      ),
      Effect.catchTag(["IllegalTransition", "CampaignNotFound"], () => Effect.void)
    )
  }
})

const move = (id: CampaignId, to: CampaignStatus, from: CampaignStatus, error?: string) =>
  Campaigns.use((campaigns) => campaigns.move(id, to, error, from))

const hasEnded = (source: CampaignId, chaining: Chaining.Chaining) =>
  Effect.gen(function* () {
    const { status } = yield* Campaigns.use((campaigns) => campaigns.get(source))
    if (!Chaining.hasEnded(chaining, status)) return false
    if (status === "completed") return true
    // One that was broken off still keeps what was answered by then: until its last job is handed back.
    const jobs = yield* Jobs.use((jobs) => jobs.standings(source))
    return [...jobs.values()].every((job) => job.status !== "running")
  }).pipe(Effect.catchTag("CampaignNotFound", () => Effect.succeed(true)))

/** Every campaign of a status, page by page. */
const all = (status: CampaignStatus) =>
  Stream.paginate(null as string | null, (after) =>
    Effect.map(
      Campaigns.use((campaigns) => campaigns.page({ status }, { after, limit: 200 })),
      ({ items, next }) => [items, next === null ? Option.none() : Option.some(next)] as const
    )
  )
