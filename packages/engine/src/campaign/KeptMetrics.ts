import { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import { Effect, Metric } from "effect"

/*
 * What campaigns of this process have kept: counters in Effect's registry, which `/metrics` of the HTTP adapter and the exporters of
 * `effect/observability` read. They count from the start of the process, and are updated once a batch.
 */

const generated = Metric.counter("domainflow_generated_names_total", {
  description: "Names that were spelled, new and kept.",
  incremental: true
})

/** Counts the names of a batch that were new, once they are kept. */
export const namesKept = <E, R>(append: Effect.Effect<number, E, R>) =>
  Effect.tap(append, (fresh) => Metric.update(generated, fresh))

const answersKept = <Status extends string>(name: string, description: string, statuses: ReadonlyArray<Status>) => {
  const counterOf = (status: Status) => Metric.counter(name, { description, attributes: { status }, incremental: true })
  const counters = new Map(statuses.map((status) => [status, counterOf(status)] as const))
  return (answers: ReadonlyArray<{ readonly verdict: { readonly status: Status } }>) =>
    Effect.tap(() => {
      const counts = new Map<Status, number>()
      for (const { verdict } of answers) counts.set(verdict.status, (counts.get(verdict.status) ?? 0) + 1)
      return Effect.forEach(counts, ([status, count]) => Metric.update(counters.get(status)!, count), { discard: true })
    })
}

/** Counts the answers of a batch by their status, once they are kept. A batch that is repeated after a crash counts again. */
export const dnsKept = answersKept(
  "domainflow_dns_answers_total",
  "Answers about names that were kept.",
  DnsStatus.literals
)

/** As `dnsKept`, of pages. */
export const httpKept = answersKept(
  "domainflow_http_answers_total",
  "Answers about pages that were kept.",
  HttpStatus.literals
)
