import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import type { CampaignParams } from "@domainflow/core/campaign/CampaignParams"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { StoreError } from "@domainflow/core/StoreError"
import { Deferred, type Duration, Effect, Option, Schedule } from "effect"

/**
 * How often the state of a campaign is read while it runs. Half of the 2 s within which pause, resume and cancel must
 * be felt everywhere.
 */
const watchInterval = "1 second"

/** The longest wait between tries while the store is away; it sets how late a campaign goes on after its return. */
const longestWait = "2 seconds"

/**
 * What has been asked has this long to be answered once a campaign is told to stop; then its question is dropped, and asked
 * again when the campaign goes on. Together with the watch interval it stays under the 2 s.
 */
const grace = "500 millis"

/** Says whether a campaign may ask, and ends what it has asked when it may not. Whatever is answered is kept. */
export interface Control {
  readonly isOpen: () => boolean
  /** The answer, or nothing where the campaign had to stop before it came. */
  readonly unlessStopped: <A, E, R>(question: Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E, R>
}

/** Open while both are. */
export const both = (a: Control, b: Control): Control => ({
  isOpen: () => a.isOpen() && b.isOpen(),
  unlessStopped: (question) => Effect.map(a.unlessStopped(b.unlessStopped(question)), Option.flatten)
})

/** Open until it is closed by hand; what has been asked then has `grace` to be answered. */
export const gate = (grace: Duration.Input) =>
  Effect.gen(function* () {
    const stopped = yield* Deferred.make<void>()
    let open = true
    const nothing = Effect.as(Deferred.await(stopped), Option.none())
    const control: Control = {
      isOpen: () => open,
      unlessStopped: (question) => Effect.raceFirst(Effect.asSome(question), nothing)
    }
    const close = Effect.suspend(() => {
      open = false
      return Effect.andThen(Effect.sleep(grace), Deferred.succeed(stopped, undefined))
    })
    return { control, close }
  })

/**
 * Open while the campaign is `running` and works by `params`; closes within the watch interval of its leaving that state, or of a change
 * of its settings, which a pause and a resume may have come around unseen. Never opens again.
 */
export const watch = Effect.fnUntraced(function* (id: CampaignId, params: CampaignParams) {
  const campaigns = yield* Campaigns
  const settings = settingsOf(params)
  const stopped = yield* Deferred.make<void>()
  let open = true
  const look = Effect.all([campaigns.get(id), campaigns.params(id)]).pipe(
    patiently,
    Effect.map(([{ status }, now]) => status === "running" && settingsOf(now) === settings),
    // A campaign that was deleted has nothing left to ask.
    Effect.catchTag("CampaignNotFound", () => Effect.succeed(false))
  )
  yield* Effect.gen(function* () {
    while (open) {
      yield* Effect.sleep(watchInterval)
      open = yield* look
    }
    yield* Effect.sleep(grace)
    yield* Deferred.succeed(stopped, undefined)
  }).pipe(Effect.forkScoped)
  const nothing = Effect.as(Deferred.await(stopped), Option.none())
  const control: Control = {
    isOpen: () => open,
    unlessStopped: (question) => Effect.raceFirst(Effect.asSome(question), nothing)
  }
  return control
})

/** Waits for a store that is away and goes on; what the store refuses for good passes through. */
export const patiently = <A, E extends { readonly _tag: string }, R>(
  effect: Effect.Effect<A, E | StoreError, R>
): Effect.Effect<A, E | StoreError, R> =>
  effect.pipe(
    Effect.retry({
      while: (error) => error._tag === "StoreError" && (error as StoreError).retryable,
      schedule: Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced(longestWait)]).pipe(Schedule.jittered)
    })
  )

/** What a campaign works by: all but how far it has come, where its names come from, and what is said of it. */
const settingsOf = (params: CampaignParams): string => {
  switch (params._tag) {
    case "domain_generation":
      // Its range is reserved, and stays as it is.
      return ""
    case "dns_validation": {
      const { lastOffset, metadata, sourceGenerationCampaignId, ...settings } = params
      return JSON.stringify(settings)
    }
    case "http_keyword_validation": {
      const { lastProcessedDomainName, metadata, sourceCampaignId, ...settings } = params
      return JSON.stringify(settings)
    }
  }
}
