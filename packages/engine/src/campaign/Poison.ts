import * as Fence from "@domainflow/core/job/Fence"
import { StoreError } from "@domainflow/core/StoreError"
import { Effect } from "effect"

/*
 * One name that breaks what asks about it, or whose answer the store refuses, costs one verdict: its batch is cut in half
 * until it stands alone.
 */

/**
 * Asks about many at once and, where that breaks, about fewer of those whose verdict was not told yet; who breaks it alone
 * gets `verdict`. Every verdict is told once.
 */
export const each = <Name, Verdict>(ask: Ask<Name, Verdict>, verdict: (name: Name) => Verdict): Ask<Name, Verdict> => {
  const asking: Ask<Name, Verdict> = (names, tell) =>
    Effect.suspend(() => {
      const isTold = new Uint8Array(names.length)
      const once = (place: number, verdict: Verdict) => {
        if (isTold[place] === 1) return
        isTold[place] = 1
        tell(place, verdict)
      }
      const rest = (defect: unknown) => {
        const open = [...names.keys()].filter((place) => isTold[place] === 0)
        // What was asked and broke may still tell something: by now it is too late.
        isTold.fill(1)
        if (names.length === 1 && open.length === 1) {
          tell(0, verdict(names[0]!))
          return Effect.logWarning(`${String(names[0])} broke what asked about it`, defect)
        }
        return Effect.forEach(
          open.length === 1 ? [open] : halves(open),
          (places) =>
            asking(
              places.map((place) => names[place]!),
              (at, verdict) => tell(places[at]!, verdict)
            ),
          { discard: true }
        )
      }
      return Effect.catchDefect(ask(names, once), rest)
    })
  return asking
}

/** Tells the verdict on each name by its place, in any order, and returns when all are told. */
export type Ask<Name, Verdict> = (
  names: ReadonlyArray<Name>,
  tell: (place: number, verdict: Verdict) => void
) => Effect.Effect<void>

/** Keeps many at once and, where the store refuses, fewer; what it refuses alone is kept as `blank` makes it. */
export const isolate = <Answer, R>(
  answers: ReadonlyArray<Answer>,
  blank: (answer: Answer) => Answer,
  keep: (answers: ReadonlyArray<Answer>) => Effect.Effect<unknown, StoreError, R>
): Effect.Effect<void, StoreError, R> =>
  Effect.asVoid(keep(answers)).pipe(
    Effect.catchIf(isRefusal, (refusal) =>
      answers.length === 1
        ? Effect.andThen(Effect.logWarning("An answer was refused by the store", refusal), keep(answers.map(blank)))
        : Effect.forEach(halves(answers), (half) => isolate(half, blank, keep), { discard: true })
    ),
    Effect.asVoid
  )

/** The store is there and does not want this; a claim that is over is nobody's fault. */
const isRefusal = (error: StoreError) => error instanceof StoreError && !error.retryable && !Fence.isBroken(error)

const halves = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const middle = all.length >>> 1
  return middle === 0 ? [] : [all.slice(0, middle), all.slice(middle)]
}
