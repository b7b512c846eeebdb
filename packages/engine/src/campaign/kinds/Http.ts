import type { Campaign } from "@domainflow/core/campaign/Campaign"
import * as Readiness from "@domainflow/core/campaign/Readiness"
import type { HttpParams } from "@domainflow/core/http/HttpParams"
import { type HttpQuestion, HttpResults } from "@domainflow/core/http/HttpResults"
import * as Rotation from "@domainflow/core/persona/Rotation"
import { Clock, Effect, Option, Stream } from "effect"
import * as HttpStage from "../../http/HttpStage.ts"
import * as Scanner from "../../keyword/Scanner.ts"
import { type Control, patiently } from "../Control.ts"
import * as FetchLookup from "../FetchLookup.ts"
import * as Frontier from "../Frontier.ts"
import * as Pace from "../Pace.ts"
import { follow, pages } from "../Pass.ts"
import { RunnerSettings } from "../RunnerSettings.ts"

/** A batch that does not fill within this time is kept as it is: what is known is soon seen. */
const longestWait = "500 millis"

/** Fetches every name of the campaign's source that has no result yet and looks for its keywords. */
export const run = Effect.fnUntraced(function* (campaign: Campaign, params: HttpParams, control: Control) {
  const results = yield* HttpResults
  const settings = yield* RunnerSettings
  const { keywordSets, personas } = yield* Readiness.http(params)
  const scanner = yield* Scanner.make(keywordSets, params.adHocKeywords)
  const lookup = yield* FetchLookup.make(params)
  const pace = yield* Pace.make(params.processingSpeedPerMinute)
  const began = yield* Clock.currentTimeMillis
  const askers = yield* Effect.forEach(personas, ({ id, config }) =>
    Effect.map(
      HttpStage.make(config, {
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

  const pass = (ended: boolean) => {
    const frontier = Frontier.make<string>()
    return pages({
      start: null as string | null,
      key: (question: HttpQuestion): string | null => question.domainName,
      read: (after, limit) => results.questions(campaign.id, after, limit),
      limit: Math.max(params.batchSize, settings.httpConcurrency),
      control,
      pace
    }).pipe(
      Stream.flattenArray,
      Stream.map((question) => ({ question, ticket: frontier.begin(question.domainName), turn: turns++ })),
      Stream.mapEffect(
        Effect.fnUntraced(function* ({ question, ticket, turn }) {
          const elapsedMillis = (yield* Clock.currentTimeMillis) - began
          const asker = Rotation.at(askers, params.rotationIntervalSeconds, { turns: turn, elapsedMillis })
          const verdict = yield* control.unlessStopped(asker.stage.ask(question.domainName))
          const checkedAt = yield* Clock.currentTimeMillis
          return Option.toArray(verdict).map((verdict) => ({
            ticket,
            answer: { question, verdict, personaId: asker.id, checkedAt }
          }))
        }),
        // Out of order: one slow host must not hold back the others. The frontier keeps the resume point true.
        { concurrency: settings.httpConcurrency, unordered: true }
      ),
      Stream.flattenIterable,
      Stream.groupedWithin(params.batchSize, longestWait),
      Stream.mapEffect((group) => {
        for (const { ticket } of group) frontier.finish(ticket)
        // While the source still adds names, one may come before any name that is done.
        const reached = ended ? frontier.reached() : undefined
        return patiently(
          results.append(
            campaign.id,
            group.map(({ answer }) => answer),
            reached
          )
        ).pipe(Effect.as(group.length))
      }),
      Stream.runFold(
        () => 0,
        (asked, count) => asked + count
      )
    )
  }
  return yield* follow(params.sourceCampaignId, control, pass)
})
