import * as Fence from "@domainflow/core/job/Fence"
import type { Claim } from "@domainflow/core/job/Jobs"
import type { Stretch } from "@domainflow/core/job/Stretch"
import type { StoreError } from "@domainflow/core/StoreError"
import { Effect, type Option, Stream } from "effect"

/**
 * A stretch of a campaign in the hands of one worker, which may have several at once: while the last names of one wait
 * for their answers, the first of the next are asked.
 */
export interface Lot {
  readonly stretch: Stretch | null
  /** Keeps what was found out in the lot's name: nothing where the lot is somebody else's by now. */
  readonly keep: <A, E, R>(
    append: Effect.Effect<A, E | StoreError, R>
  ) => Effect.Effect<Option.Option<A>, E | StoreError, R>
  /** So many names were read, and are to be asked about. */
  readonly took: (names: number) => void
  /** So many of them have their answers kept; `dropped` is how many have none. */
  readonly gave: (names: number, dropped: number) => Effect.Effect<void>
  /** All were read, unless `whole` is false. */
  readonly read: (whole: boolean) => Effect.Effect<void>
}

/** How a lot ended: everything in it is kept, or something is left for another try. */
export type Ending = "whole" | "partial"

/** Who hears of a lot. */
export interface Listener {
  /** Run once, when nothing more is read from it. */
  readonly read: Effect.Effect<unknown>
  /** Called once, when everything that was read is kept or dropped. */
  readonly ended: (ending: Ending) => Effect.Effect<void>
}

/** A lot that belongs to a claim. */
export const make = (claim: Claim, stretch: Stretch | null, listener: Listener): Lot => {
  let open = 0
  let isWhole = true
  let isRead = false
  const settle = Effect.suspend(() =>
    isRead && open === 0 ? listener.ended(isWhole ? "whole" : "partial") : Effect.void
  )
  return {
    stretch,
    keep: (append) =>
      append.pipe(
        Effect.asSome,
        Effect.provideService(Fence.Fence, claim),
        Effect.catch((error) => (Fence.isBroken(error) ? Effect.succeedNone : Effect.fail(error)))
      ),
    took: (names) => {
      open += names
    },
    gave: (names, dropped) => {
      open -= names + dropped
      if (dropped > 0) isWhole = false
      return settle
    },
    read: (whole) => {
      isRead = true
      if (!whole) isWhole = false
      return Effect.andThen(listener.read, settle)
    }
  }
}

/**
 * Stretches that are read at the same time at most: one, and those that lost their workers meanwhile. Each costs the page that is
 * read next; more than so many workers of one campaign are seldom lost within one stretch.
 */
const together = 16

/** The batches of the lots as `read` reads them. Whatever lot comes while another is read is read beside it. */
export const each =
  <A, E2, R2>(read: (lot: Lot) => Stream.Stream<A, E2, R2>) =>
  <E, R>(lots: Stream.Stream<Lot, E, R>): Stream.Stream<A, E | E2, R | R2> =>
    // Read ahead by no more than each has in its hand: what is read has its place in the pace.
    Stream.flatMap(lots, read, { concurrency: together, bufferSize: 1 })

/** The batches of a lot, each with its lot; `isOpen` says in the end whether they are all there are. */
export const batches =
  (lot: Lot, isOpen: () => boolean) =>
  <A, E, R>(stream: Stream.Stream<ReadonlyArray<A>, E, R>) =>
    stream.pipe(
      Stream.map((batch) => {
        lot.took(batch.length)
        return { lot, batch }
      }),
      Stream.concat(Stream.fromEffectDrain(Effect.suspend(() => lot.read(isOpen()))))
    )
