import type { Campaign } from "@domainflow/core/campaign/Campaign"
import * as Readiness from "@domainflow/core/campaign/Readiness"
import * as DomainName from "@domainflow/core/DomainName"
import type { Place } from "@domainflow/core/generation/Place"
import type { HttpParams } from "@domainflow/core/http/HttpParams"
import { type HttpAnswer, type HttpQuestion, HttpResults, placeOf } from "@domainflow/core/http/HttpResults"
import { type HttpVerdict, noPage } from "@domainflow/core/http/HttpVerdict"
import * as Rotation from "@domainflow/core/persona/Rotation"
import { ProxyStrategy } from "@domainflow/core/proxy/Proxy"
import type { StoreError } from "@domainflow/core/StoreError"
import { Clock, Effect, Option, Stream } from "effect"
import { monotonicMillis } from "../../Elapsed.ts"
import * as HttpStage from "../../http/HttpStage.ts"
import * as Scanner from "../../keyword/Scanner.ts"
import * as ProxySelector from "../../proxy/ProxySelector.ts"
import * as Weights from "../../proxy/Weights.ts"
import { eachOnce } from "../Askers.ts"
import { type Control, patiently } from "../Control.ts"
import * as FetchLookup from "../FetchLookup.ts"
import * as Frontier from "../Frontier.ts"
import * as KeptMetrics from "../KeptMetrics.ts"
import * as Lot from "../Lot.ts"
import * as Pace from "../Pace.ts"
import { follow, pages } from "../Pass.ts"
import * as Poison from "../Poison.ts"
import * as ProxyNotice from "../ProxyNotice.ts"
import { RunnerSettings } from "../RunnerSettings.ts"

/** A batch that does not fill within this time is kept as it is: what is known is soon seen. */
const longestWait = "500 millis"

/** Fetches every name of the campaign's source that has no result yet and looks for its keywords. */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: HttpParams, control: Control) {
  const results = yield* HttpResults
  const { concurrency, fetch, pace } = yield* fetcher(params)

  const pass = Effect.fnUntraced(function* (ended: boolean) {
    // Moves behind the answers that are kept, so that no part of a batch says more than those before it.
    const frontier = Frontier.make<string>()
    // While the source still adds names, one may come before any name that is done.
    const reached = () => (ended ? frontier.reached() : undefined)
    const kept = yield* pages({
      start: null as string | null,
      key: (question: HttpQuestion): string | null => question.domainName,
      read: (after, limit) => results.questions(campaign.id, after, limit),
      limit: Math.max(params.batchSize, concurrency),
      control,
      pace
    }).pipe(
      Stream.flattenArray,
      Stream.map((question) => ({ question, ticket: frontier.begin(question.domainName) })),
      Stream.mapEffect(
        ({ question, ticket }) =>
          Effect.map(control.unlessStopped(fetch(question)), (answer) =>
            Option.toArray(answer).map((answer) => ({ ticket, answer }))
          ),
        // Out of order: one slow host must not hold back the others. The frontier keeps the resume point true.
        { concurrency, unordered: true }
      ),
      Stream.flattenIterable,
      Stream.groupedWithin(params.batchSize, longestWait),
      Stream.mapEffect(
        Effect.fnUntraced(function* (group) {
          const answers = group.map(({ answer }) => answer)
          yield* Poison.isolate(answers, blank, (some) =>
            patiently(results.append(campaign.id, some, reached())).pipe(KeptMetrics.httpKept(some))
          )
          for (const { ticket } of group) frontier.finish(ticket)
          return group.length
        })
      ),
      Stream.runFold(
        () => 0,
        (asked, count) => asked + count
      )
    )
    if (kept > 0 && ended) yield* patiently(results.append(campaign.id, [], reached()))
    return kept
  })
  return yield* follow(params.sourceCampaignId, params.chaining, control, pass)
})

/** Fetches the names of one lot after another. Each lot is skipped through to the names that have no result yet. */
export const runLots = Effect.fnUntraced(function* <R>(
  campaign: Campaign,
  params: HttpParams,
  control: Control,
  lots: Stream.Stream<Lot.Lot, StoreError, R>
) {
  const results = yield* HttpResults
  const { concurrency, fetch, pace } = yield* fetcher(params)
  const limit = Math.max(params.batchSize, concurrency)

  const questions = (lot: Lot.Lot): Stream.Stream<ReadonlyArray<HttpQuestion>, StoreError> => {
    const { stretch } = lot
    return stretch === null
      ? pages({
          start: null as string | null,
          key: (question: HttpQuestion): string | null => question.domainName,
          read: (after, limit) => results.questions(campaign.id, after, limit),
          limit,
          control,
          pace
        })
      : pages({
          start: (stretch.from - 1n) as bigint | Place,
          key: placeOf,
          read: (after, limit) => results.stretch(campaign.id, after, limit, stretch.until),
          limit,
          control,
          pace
        })
  }

  yield* lots.pipe(
    Lot.each((lot) => questions(lot).pipe(Lot.batches(lot, control.isOpen))),
    Stream.map(({ batch, lot }) => batch.map((question) => ({ lot, question }))),
    Stream.flattenIterable,
    Stream.mapEffect(
      ({ lot, question }) =>
        Effect.map(control.unlessStopped(fetch(question)), (answer) => ({ lot, answer: Option.toArray(answer) })),
      { concurrency, unordered: true }
    ),
    Stream.groupedWithin(params.batchSize, longestWait),
    Stream.mapEffect((group) =>
      Effect.forEach(
        Map.groupBy(group, ({ lot }) => lot),
        Effect.fnUntraced(function* ([lot, items]) {
          const answers = items.flatMap(({ answer }) => answer)
          const kept = yield* lot.keep(
            Poison.isolate(answers, blank, (some) =>
              patiently(results.append(campaign.id, some)).pipe(KeptMetrics.httpKept(some))
            )
          )
          const count = Option.isSome(kept) ? answers.length : 0
          yield* lot.gave(count, items.length - count)
        }),
        { discard: true }
      )
    ),
    Stream.runDrain
  )
})

/** Rows of an earlier installation may name a strategy in their own words; they take turns. */
const strategyOf = (stored: string | null): ProxyStrategy =>
  ProxyStrategy.literals.find((strategy) => strategy === stored?.toLowerCase()) ?? "round_robin"

/** What fetches, as which persona's turn it is, and at the campaign's pace. */
const fetcher = Effect.fnUntraced(function* (params: HttpParams) {
  const settings = yield* RunnerSettings
  const { keywordSets, personas, proxies } = yield* Readiness.http(params)
  const scanner = yield* Scanner.make(keywordSets, params.adHocKeywords)
  const lookup = yield* FetchLookup.make(params)
  const pace = yield* Pace.make(params.campaignId, params.processingSpeedPerMinute)
  const began = yield* monotonicMillis
  // All personas ask through the same proxies: they have one health.
  const selector =
    proxies.length === 0
      ? null
      : yield* ProxySelector.make({
          proxyIds: proxies.map(({ id }) => id),
          strategy: strategyOf(params.proxySelectionStrategy),
          weights: Weights.of(params.metadata),
          ca: settings.http.ca ?? []
        })
  if (selector !== null) yield* ProxyNotice.keep(params.campaignId, selector)
  const askers = yield* eachOnce(personas, ({ id, config }) =>
    Effect.map(
      HttpStage.make(config, {
        ...(selector && { proxy: selector }),
        scan: scanner.scan,
        lookup,
        ports: params.targetHttpPorts,
        retryAttempts: params.retryAttempts,
        ...settings.http
      }),
      (stage) => ({ id, stage })
    )
  )
  let turns = 0

  const fetch = Effect.fnUntraced(function* (question: HttpQuestion) {
    const checkedAt = yield* Clock.currentTimeMillis
    const name = DomainName.read(question.domainName)
    if (name === undefined) return { question, verdict: skipped, personaId: null, checkedAt } satisfies HttpAnswer
    const elapsedMillis = (yield* monotonicMillis) - began
    const asker = Rotation.at(askers, params.rotationIntervalSeconds, { turns: turns++, elapsedMillis })
    const verdict = yield* asker.stage.ask(name).pipe(
      // One name that breaks what fetches it costs one verdict.
      Effect.catchDefect((defect) =>
        Effect.as(
          Effect.logWarning(`${question.domainName} broke what fetched it`, defect),
          error("the fetch broke off: see the log of the worker")
        )
      )
    )
    const answer: HttpAnswer = {
      question,
      verdict,
      personaId: asker.id,
      checkedAt: yield* Clock.currentTimeMillis
    }
    return answer
  })
  return { fetch, pace, concurrency: settings.httpConcurrency }
})

const error = (reason: string): HttpVerdict => ({
  ...noPage,
  status: "Error",
  reason,
  port: null,
  proxyId: null,
  urls: [],
  durationMs: 0,
  attempts: 1
})

/** The verdict on what is no name: a row of an older installation may hold such, and nobody is asked about it. */
const skipped: HttpVerdict = { ...error("it is no domain name"), status: "Skipped", attempts: 0 }

/** An answer without what the store may have refused in it. */
const blank = (answer: HttpAnswer): HttpAnswer => ({
  ...answer,
  verdict: error("what was found could not be stored: see the log of the worker")
})
