import type { Campaign } from "@domainflow/core/campaign/Campaign"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { DnsParams } from "@domainflow/core/dns/DnsParams"
import { type DnsAnswer, type DnsQuestion, DnsResults, placeOf } from "@domainflow/core/dns/DnsResults"
import type { Place } from "@domainflow/core/generation/Place"
import type { StoreError } from "@domainflow/core/StoreError"
import { BigInt, Effect, Option, Queue, Semaphore, Stream } from "effect"
import { type Control, patiently } from "../Control.ts"
import * as DnsAsker from "../DnsAsker.ts"
import * as Frontier from "../Frontier.ts"
import * as KeptMetrics from "../KeptMetrics.ts"
import * as Lot from "../Lot.ts"
import * as Pace from "../Pace.ts"
import { follow, pages } from "../Pass.ts"
import * as Poison from "../Poison.ts"

/** Batches kept at the same time: two connections reach the full speed of the store. */
const writers = 2

/** Batches with room in memory besides the names on their way: those that are kept, one that fills, one that is read. */
const batchesAtHand = writers + 2

/** Names read at once at least: by fewer, reading costs as much as asking. */
const smallestPage = 1_000

/** A batch that does not fill within this time is kept as it is: what is known is soon seen. */
const longestWait = "500 millis"

/**
 * Asks the resolvers of the campaign's personas about every name of its source that has no answer yet. Answers are kept in
 * the order in which they come, so that a name that nobody answers for holds back neither those behind it nor the store.
 */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: DnsParams, control: Control) {
  const results = yield* DnsResults
  const { ask, window } = yield* DnsAsker.make(params)
  const pace = yield* Pace.make(params.campaignId, params.processingSpeedPerMinute)
  const limit = pace.most(Math.max(params.batchSize, smallestPage))

  const pass = Effect.fnUntraced(function* (ended: boolean) {
    // Moves behind the answers that are kept, so that no batch says more than those before it, and stays before a hole.
    const frontier = Frontier.make<bigint>()
    const room = yield* Semaphore.make(window + batchesAtHand * limit)
    let spelled: bigint | undefined
    const kept = yield* pages({
      start: -1n as bigint | Place,
      key: placeOf,
      read: Effect.fnUntraced(function* (after, limit) {
        // Before the names, for what comes between them later may be read as missing, but not the other way round.
        if (!ended) spelled = yield* spelledBy(params.sourceGenerationCampaignId)
        return yield* results.questions(campaign.id, after, limit)
      }),
      limit,
      control,
      pace
    }).pipe(
      Stream.map((questions) => {
        const last = questions.at(-1)!.offset
        // A full page may have left other names of its last offset to the next one.
        const key = questions.length === limit ? last - 1n : last
        const sure = spelled === undefined ? key : BigInt.min(key, spelled - 1n)
        return { questions, ticket: frontier.begin(sure), open: questions.length }
      }),
      Stream.tap(({ questions }) => room.take(questions.length)),
      asked(ask, control),
      Stream.groupedWithin(params.batchSize, longestWait),
      Stream.mapEffect(
        Effect.fnUntraced(function* (batch) {
          const answers = batch.flatMap(({ answer }) => answer ?? [])
          if (answers.length > 0) {
            yield* Poison.isolate(answers, DnsAsker.blank, (some) =>
              patiently(results.append(campaign.id, some, frontier.reached())).pipe(KeptMetrics.dnsKept(some))
            )
          }
          for (const { answer, page } of batch) {
            if (answer !== undefined && --page.open === 0) frontier.finish(page.ticket)
          }
          yield* room.release(batch.length)
          return answers.length
        }),
        { concurrency: writers, unordered: true }
      ),
      Stream.runFold(
        () => 0,
        (sum, count) => sum + count
      )
    )
    if (kept > 0) yield* patiently(results.append(campaign.id, [], frontier.reached()))
    return kept
  })
  return yield* follow(params.sourceGenerationCampaignId, params.chaining, control, pass)
})

/** Asks about the names of one lot after another. Each lot is skipped through to the names that have no answer yet. */
export const runLots = Effect.fnUntraced(function* <R>(
  campaign: Campaign,
  params: DnsParams,
  control: Control,
  lots: Stream.Stream<Lot.Lot, StoreError, R>
) {
  const results = yield* DnsResults
  const { ask, window } = yield* DnsAsker.make(params)
  const pace = yield* Pace.make(params.campaignId, params.processingSpeedPerMinute)
  const limit = pace.most(Math.max(params.batchSize, smallestPage))
  const room = yield* Semaphore.make(window + batchesAtHand * limit)
  yield* lots.pipe(
    Lot.each((lot) =>
      pages({
        start: (lot.stretch === null ? -1n : lot.stretch.from - 1n) as bigint | Place,
        key: placeOf,
        read: (after, limit) => results.questions(campaign.id, after, limit, lot.stretch?.until),
        limit,
        control,
        pace
      }).pipe(Lot.batches(lot, control.isOpen))
    ),
    Stream.map(({ batch, lot }) => ({ questions: batch, lot })),
    Stream.tap(({ questions }) => room.take(questions.length)),
    asked(ask, control),
    Stream.groupedWithin(params.batchSize, longestWait),
    Stream.mapEffect(
      Effect.fnUntraced(function* (batch) {
        for (const [lot, told] of Map.groupBy(batch, ({ page }) => page.lot)) {
          const answers = told.flatMap(({ answer }) => answer ?? [])
          const kept = yield* lot.keep(
            Poison.isolate(answers, DnsAsker.blank, (some) =>
              patiently(results.append(campaign.id, some)).pipe(KeptMetrics.dnsKept(some))
            )
          )
          const count = Option.isSome(kept) ? answers.length : 0
          yield* lot.gave(count, told.length - count)
        }
        yield* room.release(batch.length)
      }),
      { concurrency: writers, unordered: true }
    ),
    Stream.runDrain
  )
})

interface Page {
  readonly questions: ReadonlyArray<DnsQuestion>
}

/** What became of one name of a page: its answer, or nothing where the campaign had to stop before it came. */
interface Told<P> {
  readonly page: P
  readonly answer: DnsAnswer | undefined
}

/** Asks about the names of all pages as these come, and tells of each name as soon as it may. */
const asked =
  (ask: DnsAsker.DnsAsker["ask"], control: Control) =>
  <P extends Page, E, R>(pages: Stream.Stream<P, E, R>): Stream.Stream<Told<P>, E, R> =>
    // As large as whoever bounds the pages lets it be.
    Stream.callback<Told<P>, E, R>((queue) =>
      pages.pipe(
        Stream.mapEffect(
          (page) => {
            const open = new Set(page.questions)
            const tell = (answer: DnsAnswer) => {
              if (open.delete(answer.question)) Queue.offerUnsafe(queue, { page, answer })
            }
            return Effect.map(control.unlessStopped(ask(page.questions, tell)), () => {
              for (const question of open) {
                open.delete(question)
                Queue.offerUnsafe(queue, { page, answer: undefined })
              }
            })
          },
          { concurrency: "unbounded", unordered: true }
        ),
        Stream.runDrain,
        Effect.andThen(Queue.end(queue))
      )
    )

/** The first offset that a source which still runs may not have spelled yet: its workers may have others behind it. */
const spelledBy = (source: DnsParams["sourceGenerationCampaignId"]) =>
  source === null
    ? Effect.undefined
    : Effect.flatMap(Campaigns, (campaigns) => campaigns.params(source)).pipe(
        Effect.map((params) => (params._tag === "domain_generation" ? params.currentOffset : undefined)),
        Effect.catchTag("CampaignNotFound", () => Effect.undefined)
      )
