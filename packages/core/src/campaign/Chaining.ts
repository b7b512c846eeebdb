import { Effect, Schema } from "effect"
import { type CampaignStatus, isFinal } from "./Campaign.ts"
import type { CampaignParams } from "./CampaignParams.ts"

/**
 * How a campaign follows the one that gives it its names. `manual`: once somebody starts it, over what the source has
 * and still adds. `behind`: started with its source, it streams behind it while that runs. `after`: started when its
 * source has completed, over all it has.
 */
export const Chaining = Schema.Literals(["manual", "behind", "after"])
export type Chaining = typeof Chaining.Type

/** The field of a new campaign, with what holds where it says nothing. */
export const field = (fallback: Chaining) => Chaining.pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

/** How a campaign of these parameters follows; one without a source follows nobody. */
export const of = (params: CampaignParams | undefined): Chaining =>
  params === undefined || params._tag === "domain_generation" ? "manual" : params.chaining

/** The field of a stored one. */
export const column = Chaining.pipe(Schema.withConstructorDefault(Effect.succeed<Chaining>("manual")))

/**
 * Whether a source in this state gives no more names to who follows it so. One that failed may be queued again, and what is
 * chained to it waits for that; who was started by hand takes what is there.
 */
export const hasEnded = (self: Chaining, source: CampaignStatus): boolean =>
  source === "failed" ? self === "manual" : isFinal(source)
