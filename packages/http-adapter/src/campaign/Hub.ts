import type { CampaignNotFound } from "@domainflow/core/campaign/Campaign"
import type { Update } from "@domainflow/core/campaign/Update"
import type { StoreError } from "@domainflow/core/StoreError"
import { Deferred, Effect, Stream } from "effect"

/**
 * The newest changes of one campaign, read once for however many watch it. A watcher holds a cursor and nothing else, so
 * a slow one costs nothing but its own connection.
 */
export interface Hub {
  /** The changes after `cursor`; null where they are no longer kept here, and the store must be asked. */
  readonly after: (cursor: bigint) => ReadonlyArray<Update> | null
  /** The newest change that was seen; undefined before the first. */
  readonly newest: () => Update | undefined
  /** Over: `end` because the campaign has ended, `broken` because it could not be read on. */
  readonly state: () => "open" | "end" | "broken"
  /** Until something happens after this call: call it before looking, and nothing is missed in between. */
  readonly bell: () => Effect.Effect<void>
  /** Wakes whoever waits. */
  readonly ring: Effect.Effect<void>
}

/** Changes kept for those who are a little behind: a few minutes of a campaign that commits ten times a second. */
const kept = 2_048

/** Reads the changes for as long as the scope lives. */
export const make = Effect.fnUntraced(function* (updates: Stream.Stream<Update, CampaignNotFound | StoreError>) {
  let recent: ReadonlyArray<Update> = []
  /** Every change after this one is in `recent`. */
  let floor: bigint | null = null
  let state: "open" | "end" | "broken" = "open"
  let waiting = Deferred.makeUnsafe<void>()
  const ring = Effect.suspend(() => {
    const rung = waiting
    waiting = Deferred.makeUnsafe<void>()
    return Effect.asVoid(Deferred.succeed(rung, undefined))
  })

  yield* updates.pipe(
    Stream.runForEachArray((batch) => {
      floor ??= batch[0].seq - 1n
      const all = [...recent, ...batch]
      if (all.length > kept) floor = all[all.length - kept - 1]!.seq
      recent = all.slice(-kept)
      return ring
    }),
    Effect.matchCauseEffect({
      onSuccess: () => Effect.sync(() => (state = "end")),
      onFailure: () => Effect.sync(() => (state = "broken"))
    }),
    Effect.andThen(ring),
    Effect.forkScoped
  )

  const hub: Hub = {
    after: (cursor) => (floor === null || cursor < floor ? null : recent.filter((update) => update.seq > cursor)),
    newest: () => recent.at(-1),
    state: () => state,
    bell: () => Deferred.await(waiting),
    ring
  }
  return hub
})
