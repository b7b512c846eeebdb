import * as Fence from "@domainflow/core/job/Fence"
import { StoreError } from "@domainflow/core/StoreError"
import { Effect } from "effect"

/*
 * One name that breaks what asks about it, or whose answer the store refuses, costs one verdict: its batch is cut in half
 * until it stands alone.
 */

/** Asks about many at once and, where that breaks, about fewer; who breaks it alone gets `verdict`. */
export const each =
  <Name, Verdict>(
    ask: (names: ReadonlyArray<Name>) => Effect.Effect<ReadonlyArray<Verdict>>,
    verdict: (name: Name) => Verdict
  ): ((names: ReadonlyArray<Name>) => Effect.Effect<ReadonlyArray<Verdict>>) =>
  (names) =>
    ask(names).pipe(
      Effect.catchDefect((defect) =>
        names.length === 1
          ? Effect.as(Effect.logWarning(`${String(names[0])} broke what asked about it`, defect), names.map(verdict))
          : Effect.map(Effect.forEach(halves(names), each(ask, verdict)), (verdicts) => verdicts.flat())
      )
    )

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
