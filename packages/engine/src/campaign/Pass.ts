import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Chaining from "@domainflow/core/campaign/Chaining"
import type { StoreError } from "@domainflow/core/StoreError"
import { Array, Effect, Option, Stream } from "effect"
import { type Control, patiently } from "./Control.ts"
import type { Pace } from "./Pace.ts"

/** How a stretch of work ended: nothing is left to ask, or the campaign was told to stop asking. */
export type Outcome = "exhausted" | "halted"

/** How long to wait for a source that has nothing new; a fraction of the second in which a person notices. */
const idle = "250 millis"

/**
 * One that was broken off still keeps what was answered by then: it is told within 1 s, what is in flight has half a second, and then
 * it is stored.
 */
const settling = "4 seconds"

/** Questions in keyset order, a page at a time, at the campaign's pace, until a page comes short or the control closes. */
export const pages = <Question, Key, R>(source: {
  readonly start: Key
  readonly key: (question: Question) => Key
  readonly read: (after: Key, limit: number) => Effect.Effect<ReadonlyArray<Question>, StoreError, R>
  readonly limit: number
  readonly control: Control
  readonly pace: Pace
}): Stream.Stream<Array.NonEmptyReadonlyArray<Question>, StoreError, R> => {
  const limit = source.pace.most(source.limit)
  return Stream.paginate(source.start, (after) =>
    source.control.isOpen()
      ? patiently(source.read(after, limit)).pipe(
          // Many workers may wait for their turn; whoever is told to stop does not wait for it.
          Effect.bindTo("page"),
          Effect.bind("turn", ({ page }) => source.control.unlessStopped(source.pace.take(page.length))),
          Effect.map(({ page, turn }) =>
            Array.isReadonlyArrayNonEmpty(page) && Option.isSome(turn)
              ? [[page], page.length < limit ? Option.none() : Option.some(source.key(Array.lastNonEmpty(page)))]
              : nothing
          )
        )
      : Effect.succeed(nothing)
  )
}

const nothing: readonly [[], Option.Option<never>] = [[], Option.none()]

/**
 * Passes over a source until it has ended and a pass begun after that found nothing left. A source that still runs is
 * followed: its new names are found by the next pass. `pass` answers how many names it asked about.
 */
export const follow = <E extends { readonly _tag: string }, R>(
  source: CampaignId | null,
  chaining: Chaining.Chaining,
  control: Control,
  pass: (ended: boolean) => Effect.Effect<number, E, R>
): Effect.Effect<Outcome, E | StoreError, R | Campaigns> =>
  Effect.gen(function* () {
    const campaigns = yield* Campaigns
    const look: Effect.Effect<"runs" | "broke off" | "ended", StoreError> =
      source === null
        ? Effect.succeed("ended")
        : patiently(campaigns.get(source)).pipe(
            Effect.map(({ status }) =>
              !Chaining.hasEnded(chaining, status)
                ? "runs"
                : status === "cancelled" || status === "failed"
                  ? "broke off"
                  : "ended"
            ),
            Effect.catchTag("CampaignNotFound", () => Effect.succeed("ended" as const))
          )
    let isSettled = false
    while (true) {
      // Read before the pass: what the source added later would be missed the other way round.
      const state = yield* look
      const isOver = state === "ended" || (state === "broke off" && isSettled)
      const asked = yield* pass(isOver)
      if (!control.isOpen()) return "halted"
      if (isOver) return "exhausted"
      if (state === "broke off") {
        isSettled = true
        yield* control.unlessStopped(Effect.sleep(settling))
      } else if (asked === 0) yield* Effect.sleep(idle)
    }
  })
