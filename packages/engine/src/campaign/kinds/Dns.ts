import type { Campaign } from "@domainflow/core/campaign/Campaign"
import * as Readiness from "@domainflow/core/campaign/Readiness"
import * as DomainName from "@domainflow/core/DomainName"
import type { DnsParams } from "@domainflow/core/dns/DnsParams"
import { type DnsAnswer, type DnsQuestion, DnsResults, placeOf } from "@domainflow/core/dns/DnsResults"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import type { Place } from "@domainflow/core/generation/Place"
import * as Rotation from "@domainflow/core/persona/Rotation"
import type { StoreError } from "@domainflow/core/StoreError"
import { Clock, Effect, Option, Stream } from "effect"
import * as DnsStage from "../../dns/DnsStage.ts"
import { eachOnce } from "../Askers.ts"
import { type Control, patiently } from "../Control.ts"
import * as Lot from "../Lot.ts"
import * as Pace from "../Pace.ts"
import { follow, pages } from "../Pass.ts"
import * as Poison from "../Poison.ts"

/** Batches asked at once: enough that a name without an answer does not keep the window from being full. */
const batchesInFlight = (window: number, batchSize: number) =>
  Math.max(2, Math.min(64, Math.ceil((2 * window) / batchSize)))

/** Asks the resolvers of the campaign's personas about every name of its source that has no answer yet. */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: DnsParams, control: Control) {
  const results = yield* DnsResults
  const { ask, concurrency, pace } = yield* asker(params)
  return yield* follow(params.sourceGenerationCampaignId, params.chaining, control, () => {
    // A batch that was dropped leaves a hole, and the resume point must stay before it.
    let whole = true
    const limit = pace.most(params.batchSize)
    return pages({
      start: -1n as bigint | Place,
      key: placeOf,
      read: (after, limit) => results.questions(campaign.id, after, limit),
      limit,
      control,
      pace
    }).pipe(
      // In order, because the offset of the last answer of a batch is the resume point.
      Stream.mapEffect((questions) => control.unlessStopped(ask(questions)), { concurrency }),
      Stream.mapEffect((batch) => {
        const answers = Option.getOrElse(batch, () => [])
        whole &&= Option.isSome(batch)
        const last = answers.at(-1)?.question.offset
        // A full page may have left other names of its last offset to the next one.
        const reached = last !== undefined && answers.length === limit ? last - 1n : last
        return patiently(results.append(campaign.id, answers, whole ? reached : undefined)).pipe(
          Effect.as(answers.length)
        )
      }),
      Stream.runFold(
        () => 0,
        (asked, count) => asked + count
      )
    )
  })
})

/** Asks about the names of one lot after another. Each lot is skipped through to the names that have no answer yet. */
export const runLots = Effect.fnUntraced(function* <R>(
  campaign: Campaign,
  params: DnsParams,
  control: Control,
  lots: Stream.Stream<Lot.Lot, StoreError, R>
) {
  const results = yield* DnsResults
  const { ask, concurrency, pace } = yield* asker(params)
  yield* lots.pipe(
    Stream.flatMap((lot) =>
      pages({
        start: (lot.stretch === null ? -1n : lot.stretch.from - 1n) as bigint | Place,
        key: placeOf,
        read: (after, limit) => results.questions(campaign.id, after, limit, lot.stretch?.until),
        limit: params.batchSize,
        control,
        pace
      }).pipe(Lot.batches(lot, control.isOpen))
    ),
    Stream.mapEffect(
      ({ batch, lot }) =>
        Effect.map(control.unlessStopped(ask(batch)), (answers) => ({ lot, size: batch.length, answers })),
      { concurrency: Math.max(concurrency, waiting), unordered: true }
    ),
    Stream.mapEffect(
      Effect.fnUntraced(function* ({ answers, lot, size }) {
        const kept = yield* Option.match(answers, {
          onNone: () => Effect.succeedNone,
          onSome: (found) =>
            lot.keep(Poison.isolate(found, blank, (some) => patiently(results.append(campaign.id, some))))
        })
        yield* Option.isSome(kept) ? lot.gave(size, 0) : lot.gave(0, size)
      }),
      { concurrency: writers }
    ),
    Stream.runDrain
  )
})

/**
 * Batches asked at the same time at least: each may wait some seconds for its last names, which do not answer, and the others
 * keep the window full meanwhile.
 */
const waiting = 16

/** Batches kept at the same time: two connections reach the full speed of the store. */
const writers = 2

/** What asks, as which persona's turn it is, and at the campaign's pace. */
const asker = Effect.fnUntraced(function* (params: DnsParams) {
  const { personas } = yield* Readiness.dns(params)
  const began = yield* Clock.currentTimeMillis
  const pace = yield* Pace.make(params.campaignId, params.processingSpeedPerMinute)
  const askers = yield* eachOnce(personas, ({ id, config }) =>
    Effect.map(DnsStage.make(config, { retryAttempts: params.retryAttempts }), (stage) => ({
      id,
      ask: Poison.each(stage.ask, error)
    }))
  )
  let turns = 0

  const ask = Effect.fnUntraced(function* (questions: ReadonlyArray<DnsQuestion>) {
    const elapsedMillis = (yield* Clock.currentTimeMillis) - began
    const first = turns
    turns += questions.length
    const names = questions.map(({ domainName }) => DomainName.read(domainName))
    // Each persona is asked once for all of its names: the stage works best on arrays.
    const shares = Map.groupBy(questions.keys(), (place) =>
      names[place] === undefined
        ? undefined
        : Rotation.at(askers, params.rotationIntervalSeconds, { turns: first + place, elapsedMillis })
    )
    const answers = new Array<DnsAnswer>(questions.length)
    yield* Effect.forEach(
      shares,
      Effect.fnUntraced(function* ([asker, places]) {
        const verdicts =
          asker === undefined ? places.map(skipped) : yield* asker.ask(places.flatMap((place) => names[place] ?? []))
        const personaId = asker?.id ?? null
        const checkedAt = yield* Clock.currentTimeMillis
        places.forEach((place, n) => {
          answers[place] = { question: questions[place]!, verdict: verdicts[n]!, personaId, checkedAt }
        })
      }),
      { concurrency: "unbounded", discard: true }
    )
    return answers
  })

  const window = Math.max(...personas.map(({ config }) => config.maxConcurrentGoroutines))
  return { ask, pace, concurrency: batchesInFlight(window, params.batchSize) }
})

/** The verdict on what is no name: a row of an older installation may hold such, and no resolver hears of it. */
const skipped = (): DnsVerdict => ({ status: "Skipped", records: null, attempts: 0 })

/** The verdict on a name that broke what asked about it. */
const error = (): DnsVerdict => ({ status: "Error", records: null, attempts: 1 })

/** An answer without what the store may have refused in it. */
const blank = (answer: DnsAnswer): DnsAnswer => ({ ...answer, verdict: error() })
