import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Campaign } from "../campaign/Campaign.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import type { Job } from "../job/Job.ts"
import { type Claim, Jobs } from "../job/Jobs.ts"
import * as Stretch from "../job/Stretch.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What the suites of jobs set their scenes with. */

/** What a store promises of its jobs. */
export type Check<R = never> = Effect.Effect<void, unknown, Stores | R>

/** How a store lets time pass: a test clock is moved, a database's rows are dated back. */
export type Elapse<R> = (millis: number) => Effect.Effect<unknown, unknown, R>

/** A campaign that is queued, and `count` jobs of it. */
export const queued = Effect.fnUntraced(function* (count: number, maxAttempts?: number) {
  const campaign = yield* Scene.generation({ numDomainsToGenerate: count })
  yield* Scene.bring(campaign, "queued")
  const jobs = stretches(campaign, count, maxAttempts)
  yield* Jobs.use((queue) => queue.enqueue(jobs))
  return { id: campaign.id, jobs }
})

/** What a worker of a server is given now. */
export const claim = (limit = 1, server = "one") => Jobs.use((jobs) => jobs.claim({ server, limit }))

/** The job that is given next. */
export const one = (server?: string) => Effect.map(claim(1, server), ([job]) => job ?? assert.fail("nothing is due"))

/** Every job of a campaign. */
export const all = (campaignId: CampaignId) =>
  Effect.map(
    Jobs.use((jobs) => jobs.page({ campaignId }, { limit: 1_000 })),
    ({ items }) => items
  )

/** A job as it stands. */
export const get = (job: Pick<Job, "id" | "campaignId">) =>
  Effect.map(all(job.campaignId), (jobs) => jobs.find(({ id }) => id === job.id) ?? assert.fail("the job is gone"))

export const move = (id: CampaignId, ...to: ReadonlyArray<Campaign["status"]>) =>
  Campaigns.use((campaigns) => Effect.forEach(to, (status) => campaigns.move(id, status)))

/** Every write there is, made in the name of a claim, and whether it was accepted. */
export const writes = (claim: Claim) =>
  Jobs.use((jobs) =>
    Effect.all({
      beat: Effect.map(jobs.beat([claim]), ({ size }) => size > 0),
      fail: Effect.map(jobs.fail(claim, "stale"), (outcome) => outcome !== null),
      release: Effect.map(jobs.release([claim]), ({ size }) => size > 0),
      complete: Effect.map(jobs.complete([claim]), ({ size }) => size > 0)
    })
  )

/** `writes`, where nothing is accepted. */
export const none = { beat: false, fail: false, release: false, complete: false }

/** `count` jobs of a campaign, a name each. */
const stretches = (campaign: Campaign, count: number, maxAttempts?: number) =>
  Array.from({ length: count }, (_, i) => {
    const stretch = { from: BigInt(i), until: BigInt(i) + 1n }
    return {
      id: Stretch.jobId(campaign.id, stretch),
      campaignId: campaign.id,
      jobType: campaign.campaignType,
      stretch,
      ...(maxAttempts === undefined ? {} : { maxAttempts })
    }
  })
