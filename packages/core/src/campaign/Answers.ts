import { Array, Effect, Iterable, pipe } from "effect"
import { Reach, reaches } from "../auth/Reach.ts"
import type { Memory, Shelves } from "../Memory.ts"
import * as Page from "../Page.ts"
import type { CampaignId } from "./CampaignId.ts"
import type * as Tally from "./Tally.ts"

/** What both kinds of answers have: the name that was asked about, and how it ended. */
export interface Answer {
  readonly question: { readonly domainName: string }
  readonly verdict: { readonly status: string }
}

/** The answers that are some, each name once, in order of name. The first word on a name counts; `Pending` is none. */
export const settled = <A extends Answer>(answers: ReadonlyArray<A>): ReadonlyArray<A> => {
  const byName = new Map<string, A>()
  for (const answer of answers) {
    const name = answer.question.domainName
    if (answer.verdict.status !== "Pending" && !byName.has(name)) byName.set(name, answer)
  }
  // One order for everybody: two batches that overlap wait for each other, and never both.
  return [...byName.values()].sort(byDomainName)
}

/** What answers that were new do to the counters; `success` is the one status that counts as such. */
export const tally = <A extends Answer>(answers: ReadonlyArray<A>, success: A["verdict"]["status"]): Tally.Tally => {
  let successful = 0
  for (const { verdict } of answers) if (verdict.status === success) successful++
  return { successful, failed: answers.length - successful }
}

/** What is kept of them in memory, by name, of one status where asked: nothing of a campaign out of reach. */
export const stream =
  <Row extends { readonly domainName: string; readonly validationStatus: string }>(
    campaigns: Memory["Service"]["campaigns"],
    results: Shelves<Row>
  ) =>
  (campaignId: CampaignId, status?: Row["validationStatus"], after?: string, size = Page.maxPageSize) =>
    Page.rows(
      after ?? null,
      size,
      ({ domainName }: Row): string | null => domainName,
      (last, limit) =>
        Effect.map(Reach, (reach) =>
          !reaches(reach, campaigns.get(campaignId)?.userId ?? null)
            ? []
            : pipe(
                results.of(campaignId).after(last),
                Iterable.filter(({ validationStatus }) => status === undefined || validationStatus === status),
                Iterable.take(limit),
                Array.fromIterable
              )
        )
    )

const byDomainName = (a: Answer, b: Answer) => (a.question.domainName < b.question.domainName ? -1 : 1)
