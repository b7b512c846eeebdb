import { Array, Clock, Context, Effect, Iterable, Layer, Order, pipe, type Stream } from "effect"
import * as Answers from "../campaign/Answers.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import * as Tally from "../campaign/Tally.ts"
import type { DnsResultId } from "../dns/DnsResult.ts"
import * as Place from "../generation/Place.ts"
import * as Ids from "../Ids.ts"
import * as Fence from "../job/Fence.ts"
import { Memory, unknownCampaign } from "../Memory.ts"
import type { PersonaId } from "../persona/PersonaId.ts"
import type { StoreError } from "../StoreError.ts"
import { HttpParams } from "./HttpParams.ts"
import { HttpResult, HttpResultId } from "./HttpResult.ts"
import type { HttpStatus, HttpVerdict } from "./HttpVerdict.ts"

/** Where the findings of HTTP campaigns are kept: one for each name, for ever. */
export class HttpResults extends Context.Service<
  HttpResults,
  {
    /**
     * Names of the campaign's source (the resolved ones of a DNS campaign, all of a generation campaign) that have no
     * result yet, by name, after `after` (null: from `last_processed_domain_name`). Shorter than `limit` only at the end
     * of what the source holds now. `until`, exclusive, bounds it.
     */
    readonly questions: (
      campaignId: CampaignId,
      after: string | null,
      limit: number,
      until?: string
    ) => Effect.Effect<ReadonlyArray<HttpQuestion>, StoreError>

    /**
     * The same names by their place in the generation campaign at the head of the chain, of those after `after` and
     * before `until`. Empty where that campaign is gone: without it names have no offset.
     */
    readonly stretch: (
      campaignId: CampaignId,
      after: bigint | Place.Place,
      limit: number,
      until: bigint
    ) => Effect.Effect<ReadonlyArray<PlacedQuestion>, StoreError>

    /**
     * Keeps a batch and moves the counters by what was new, and `last_processed_domain_name` to `reached` where given, in
     * one transaction. A name that has its result keeps it: appending twice changes nothing. `Pending` is no result and is
     * left out. Every name of the source up to `reached` must have its result. A persona, a proxy or a source that was
     * deleted meanwhile is not named in the row, which is kept.
     */
    readonly append: (
      campaignId: CampaignId,
      answers: ReadonlyArray<HttpAnswer>,
      reached?: string
    ) => Effect.Effect<Tally.Tally, StoreError>

    /** All results by name, in pages of `size` rows at most, of one status where asked, after a name where one is given. */
    readonly stream: (
      campaignId: CampaignId,
      status?: HttpStatus,
      after?: string,
      size?: number
    ) => Stream.Stream<HttpResult, StoreError>
  }
>()("@domainflow/core/HttpResults") {
  static readonly layerMemory = Layer.effect(
    HttpResults,
    Effect.gen(function* () {
      const { campaigns, dnsResults, generatedDomains, httpResults, jobs, params, personas, proxies } = yield* Memory
      const isOpen = (campaignId: CampaignId) => {
        const answers = httpResults.of(campaignId)
        return (name: string) => (answers.get(name)?.validationStatus ?? "Pending") === "Pending"
      }
      const source = ({ sourceCampaignId, sourceType }: HttpParams): Iterable<HttpQuestion> =>
        sourceType === "DNSValidation"
          ? pipe(
              dnsResults.of(sourceCampaignId).after(null),
              Iterable.filter(({ validationStatus }) => validationStatus === "Resolved"),
              Iterable.map(({ domainName, id }) => ({ domainName, dnsResultId: id }))
            )
          : pipe(
              generatedDomains.of(sourceCampaignId).after(null),
              Iterable.map(({ domainName }) => ({ domainName, dnsResultId: null })),
              Array.sortWith(({ domainName }) => domainName, Order.String)
            )

      return HttpResults.of({
        questions: (campaignId, after, limit, until) =>
          Effect.sync(() => {
            const settings = params.get(campaignId)
            if (settings?._tag !== "http_keyword_validation") return []
            const open = isOpen(campaignId)
            const from = after ?? settings.lastProcessedDomainName ?? ""
            return pipe(
              source(settings),
              Iterable.filter(({ domainName }) => domainName > from && (until === undefined || domainName < until)),
              Iterable.filter(({ domainName }) => open(domainName)),
              Iterable.take(limit),
              Array.fromIterable
            )
          }),

        stretch: (campaignId, after, limit, until) =>
          Effect.sync(() => {
            const settings = params.get(campaignId)
            if (settings?._tag !== "http_keyword_validation") return []
            const { sourceCampaignId, sourceType } = settings
            const dns = sourceType === "DNSValidation" ? params.get(sourceCampaignId) : undefined
            const head = dns?._tag === "dns_validation" ? dns.sourceGenerationCampaignId : sourceCampaignId
            if (head === null) return []
            const open = isOpen(campaignId)
            const resolved = dnsResults.of(sourceCampaignId)
            const from = Place.after(after)
            return pipe(
              generatedDomains.of(head).after(from[0] - 1n),
              Iterable.filter(
                ({ domainName, id, offsetIndex }) =>
                  Place.isBehind(from, offsetIndex, id) && offsetIndex < until && open(domainName)
              ),
              Iterable.map(({ domainName, id, offsetIndex }) => {
                const result = resolved.get(domainName)
                return {
                  domainName,
                  offset: offsetIndex,
                  generatedDomainId: id,
                  dnsResultId: result?.id ?? null,
                  status: result?.validationStatus
                }
              }),
              Iterable.filter(({ status }) => sourceType === "DomainGeneration" || status === "Resolved"),
              Iterable.map(({ status: _, ...question }) => question),
              Iterable.take(limit),
              Array.fromIterable
            )
          }),

        append: Effect.fnUntraced(function* (campaignId, answers, reached) {
          const ids = yield* Ids.many(answers.length)
          const now = new Date(yield* Clock.currentTimeMillis)
          yield* Fence.inMemory(jobs, "HttpResults.append")
          const campaign = campaigns.get(campaignId)
          const settings = params.get(campaignId)
          if (campaign === undefined || campaign.campaignType !== "http_keyword_validation") {
            return yield* unknownCampaign("HttpResults.append", campaignId)
          }
          const open = isOpen(campaignId)
          const fresh = Answers.settled(answers).filter(({ question }) => open(question.domainName))
          fresh.forEach(({ checkedAt, personaId, question, verdict }, i) => {
            const resolved =
              settings?._tag === "http_keyword_validation"
                ? dnsResults.of(settings.sourceCampaignId).get(question.domainName)
                : undefined
            httpResults.of(campaignId).put(
              new HttpResult({
                ...columns(verdict),
                id: HttpResultId.make(ids[i]!),
                httpKeywordCampaignId: campaignId,
                dnsResultId: resolved?.id ?? null,
                domainName: question.domainName,
                validatedByPersonaId: personaId !== null && personas.has(personaId) ? personaId : null,
                usedProxyId: verdict.proxyId !== null && proxies.has(verdict.proxyId) ? verdict.proxyId : null,
                lastCheckedAt: new Date(checkedAt),
                createdAt: now
              })
            )
          })
          const tally = Answers.tally(fresh, "Success")
          campaigns.set(campaignId, Tally.count(campaign, tally, now))
          if (settings?._tag === "http_keyword_validation" && reached !== undefined) {
            const last = settings.lastProcessedDomainName
            const lastProcessedDomainName = last !== null && last > reached ? last : reached
            params.set(campaignId, new HttpParams({ ...settings, lastProcessedDomainName }))
          }
          return tally
        }),

        stream: Answers.stream(campaigns, httpResults)
      })
    })
  )
}

export interface HttpQuestion {
  /** As the row of the source has it: `DomainName.read` says what to ask. */
  readonly domainName: string
  readonly dnsResultId: DnsResultId | null
}

/** One whose place at the head of the chain is known. */
export interface PlacedQuestion extends HttpQuestion {
  readonly offset: bigint
  readonly generatedDomainId: string
}

export const placeOf = ({ generatedDomainId, offset }: PlacedQuestion): Place.Place => [offset, generatedDomainId]

export interface HttpAnswer {
  readonly question: HttpQuestion
  readonly verdict: HttpVerdict
  readonly personaId: PersonaId | null
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}

/** A verdict as the columns of its row. What was not found out is null; what was looked for and not found is empty. */
export const columns = (verdict: HttpVerdict) => ({
  validationStatus: verdict.status,
  httpStatusCode: verdict.statusCode,
  responseHeaders: verdict.headers,
  pageTitle: verdict.title,
  extractedContentSnippet: verdict.snippet,
  foundKeywordsFromSets: verdict.keywords,
  foundAdHocKeywords: verdict.adHoc,
  contentHash: verdict.contentHash,
  attempts: verdict.attempts,
  fetchDetails: {
    reason: verdict.reason,
    port: verdict.port,
    urls: verdict.urls,
    durationMs: verdict.durationMs
  }
})
