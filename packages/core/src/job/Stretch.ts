import { Option, Schema } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import * as Sha256 from "../Sha256.ts"
import { type Job, JobId } from "./Job.ts"

/**
 * A part of a campaign that one worker runs: the names at `[from, until)`, absolute offsets of the generation campaign at
 * the head of the chain. All campaigns of a chain have the same stretches, so that one can follow another piece by piece.
 */
export interface Stretch {
  readonly from: bigint
  readonly until: bigint
}

/**
 * Names in a stretch at most. A job costs three writes of its row and a name one of its own, so here they are lost in
 * the noise; ten seconds or so of DNS, which is what a worker that is killed leaves to be found anew.
 */
const largest = 50_000n

/** And at least, as far as there are that many: fewer, and the writes of job rows would show. */
export const smallest = 5_000n

/** Into how many a campaign of middling size is cut: enough for a few workers to share it evenly. */
const shares = 16n

/**
 * Stretches of a campaign at most, for every look at it goes through them: above 500 million names they grow instead. A space may hold
 * 2^63 - 1 names, and a worker must neither stand still nor run out of memory over one that will never be spelled to its end.
 */
const mostStretches = 10_000n

/** The stretches of `count` names from `start` on, in order. The same numbers give the same stretches, for ever. */
export const cut = (start: bigint, count: bigint, atLeast = smallest): ReadonlyArray<Stretch> => {
  const usual = least(most(count / shares, atLeast), largest)
  const size = most(usual, (count + mostStretches - 1n) / mostStretches)
  const end = start + count
  const stretches: Array<Stretch> = []
  for (let from = start; from < end; from += size) stretches.push({ from, until: least(from + size, end) })
  return stretches
}

/**
 * The id of a stretch's job: a UUID of version 8 (RFC 9562 5.8) made of the SHA-256 of what it stands for. Whoever
 * enqueues the stretch again names the same row. `null` is the whole of a campaign whose source has no offsets.
 */
export const jobId = (campaignId: CampaignId, stretch: Stretch | null): JobId => {
  const hex = Sha256.hex(`${campaignId}/${stretch?.from ?? "all"}`)
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return JobId.make(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  )
}

/** What `job_payload` holds: offsets as decimal strings, since they may exceed what a JSON number holds. */
export const payload = ({ from, until }: Stretch): Schema.Json => ({ from: `${from}`, until: `${until}` })

/** The stretch of a job; null, the whole campaign, where its payload names none, as those of other programs do not. */
export const of = (job: Pick<Job, "jobPayload">): Stretch | null => Option.getOrNull(decode(job.jobPayload))

const decode = Schema.decodeUnknownOption(
  Schema.Struct({ from: Schema.BigIntFromString, until: Schema.BigIntFromString })
)

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
