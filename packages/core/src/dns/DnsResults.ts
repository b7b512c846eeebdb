import { Array, Clock, Context, Effect, Iterable, Layer, pipe, type Stream } from "effect"
import * as Answers from "../campaign/Answers.ts"
import type { CampaignId } from "../campaign/CampaignId.ts"
import * as Tally from "../campaign/Tally.ts"
import type { GeneratedDomainId } from "../generation/GeneratedDomain.ts"
import * as Place from "../generation/Place.ts"
import * as Ids from "../Ids.ts"
import * as Fence from "../job/Fence.ts"
import { Memory, unknownCampaign } from "../Memory.ts"
import type { PersonaId } from "../persona/PersonaId.ts"
import type { StoreError } from "../StoreError.ts"
import { DnsParams } from "./DnsParams.ts"
import { DnsResult, DnsResultId } from "./DnsResult.ts"
import type { DnsStatus, DnsVerdict } from "./DnsVerdict.ts"

/** Where the answers of DNS campaigns are kept: one for each name, for ever. */
export class DnsResults extends Context.Service<
  DnsResults,
  {
    /**
     * Names of the campaign's source that have no answer yet, by offset and id, after `after` (`-1n`: from the resume point
     * that `append` left). Shorter than `limit` only at the end of what the source holds now. `until`, exclusive, bounds it.
     */
    readonly questions: (
      campaignId: CampaignId,
      after: bigint | Place.Place,
      limit: number,
      until?: bigint
    ) => Effect.Effect<ReadonlyArray<DnsQuestion>, StoreError>

    /**
     * Keeps a batch of answers and moves the counters by what was new, and the resume point to `reached` where given,
     * in one transaction. A name that has its answer keeps it: appending twice changes nothing. `Pending` is no answer
     * and is left out. Every name of the source up to `reached` must have its answer. A persona or a source that was
     * deleted meanwhile is not named in the row, which is kept.
     */
    readonly append: (
      campaignId: CampaignId,
      answers: ReadonlyArray<DnsAnswer>,
      reached?: bigint
    ) => Effect.Effect<Tally.Tally, StoreError>

    /** All results by name, in pages of `size` rows at most, of one status where asked, after a name where one is given. */
    readonly stream: (
      campaignId: CampaignId,
      status?: DnsStatus,
      after?: string,
      size?: number
    ) => Stream.Stream<DnsResult, StoreError>
  }
>()("@domainflow/core/DnsResults") {
  static readonly layerMemory = Layer.effect(
    DnsResults,
    Effect.gen(function* () {
      const { campaigns, dnsResults, generatedDomains, jobs, params, personas } = yield* Memory
      const isOpen = (campaignId: CampaignId) => {
        const answers = dnsResults.of(campaignId)
        return (name: string) => (answers.get(name)?.validationStatus ?? "Pending") === "Pending"
      }

      return DnsResults.of({
        questions: (campaignId, after, limit, until) =>
          Effect.sync(() => {
            const settings = params.get(campaignId)
            if (settings?._tag !== "dns_validation" || settings.sourceGenerationCampaignId === null) return []
            const open = isOpen(campaignId)
            const source = generatedDomains.of(settings.sourceGenerationCampaignId)
            const from = Place.after(typeof after === "bigint" && after < 0n ? settings.lastOffset : after)
            return pipe(
              source.after(from[0] - 1n),
              Iterable.filter(
                ({ domainName, id, offsetIndex }) =>
                  Place.isBehind(from, offsetIndex, id) &&
                  open(domainName) &&
                  (until === undefined || offsetIndex < until)
              ),
              Iterable.take(limit),
              Iterable.map(({ domainName, id, offsetIndex }) => ({
                domainName,
                generatedDomainId: id,
                offset: offsetIndex
              })),
              Array.fromIterable
            )
          }),

        append: Effect.fnUntraced(function* (campaignId, answers, reached) {
          const ids = yield* Ids.many(answers.length)
          const now = new Date(yield* Clock.currentTimeMillis)
          yield* Fence.inMemory(jobs, "DnsResults.append")
          const campaign = campaigns.get(campaignId)
          const settings = params.get(campaignId)
          if (campaign === undefined || settings?._tag !== "dns_validation") {
            return yield* unknownCampaign("DnsResults.append", campaignId)
          }
          const open = isOpen(campaignId)
          const source = settings.sourceGenerationCampaignId
          const fresh = Answers.settled(answers).filter(({ question }) => open(question.domainName))
          fresh.forEach((answer, i) => {
            const name = source === null ? undefined : generatedDomains.of(source).get(answer.question.domainName)
            const persona = answer.personaId !== null && personas.has(answer.personaId) ? answer.personaId : null
            dnsResults.of(campaignId).put(row(campaignId, answer, name?.id ?? null, persona, ids[i]!, now))
          })
          const tally = Answers.tally(fresh, "Resolved")
          campaigns.set(campaignId, Tally.count(campaign, tally, now))
          if (reached !== undefined && reached > settings.lastOffset) {
            params.set(campaignId, new DnsParams({ ...settings, lastOffset: reached }))
          }
          return tally
        }),

        stream: Answers.stream(campaigns, dnsResults)
      })
    })
  )
}

export interface DnsQuestion {
  /** As the row of the source has it: `DomainName.read` says what to ask. */
  readonly domainName: string
  readonly generatedDomainId: string
  readonly offset: bigint
}

/** Where the name stands in the source. */
export const placeOf = ({ generatedDomainId, offset }: DnsQuestion): Place.Place => [offset, generatedDomainId]

export interface DnsAnswer {
  readonly question: DnsQuestion
  readonly verdict: DnsVerdict
  readonly personaId: PersonaId | null
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}

const row = (
  dnsCampaignId: CampaignId,
  { checkedAt, question, verdict }: DnsAnswer,
  generatedDomainId: GeneratedDomainId | null,
  personaId: PersonaId | null,
  id: string,
  now: Date
) =>
  new DnsResult({
    id: DnsResultId.make(id),
    dnsCampaignId,
    generatedDomainId,
    domainName: question.domainName,
    validationStatus: verdict.status,
    dnsRecords: verdict.records,
    validatedByPersonaId: personaId,
    attempts: verdict.attempts,
    lastCheckedAt: new Date(checkedAt),
    createdAt: now
  })
