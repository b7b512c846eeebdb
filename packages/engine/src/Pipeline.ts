import type { DomainName } from "@domainflow/core/DomainName"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import type { HttpVerdict } from "@domainflow/core/http/HttpVerdict"
import { Effect, Queue, Stream } from "effect"
import type { DnsStage } from "./dns/DnsStage.ts"
import type { HttpStage } from "./http/HttpStage.ts"

/** A name and what the resolvers said of it. */
export interface Resolution {
  readonly name: DomainName
  readonly dns: DnsVerdict
}

/** A name, what the resolvers said of it, and what its page says. */
export interface Finding extends Resolution {
  readonly http: HttpVerdict
}

/** Batches asked at once. They share one window of questions, so this only has to keep it full. */
const batchesInFlight = 16

/**
 * Asks the stage about every name of the batches, and tells of each as soon as it is decided: one that nobody answers for holds up no
 * other. Reads no further ahead than a few batches.
 */
export const resolve =
  (stage: DnsStage) =>
  <E, R>(
    batches: Stream.Stream<{ readonly names: ReadonlyArray<DomainName> }, E, R>
  ): Stream.Stream<Resolution, E, R> =>
    batches.pipe(
      Stream.flatMap(
        ({ names }) =>
          Stream.callback<Resolution>((queue) =>
            Effect.andThen(
              stage.tell(names, (place, dns) => Queue.offerUnsafe(queue, { name: names[place]!, dns })),
              Queue.end(queue)
            )
          ),
        { concurrency: batchesInFlight }
      )
    )

/** The names that have an address. */
export const isResolved = (self: Resolution): boolean => self.dns.status === "Resolved"

/** Fetches every name it is given, `concurrency` at a time, in the order in which they answer. */
export const fetch =
  (stage: HttpStage, { concurrency = 64 }: { readonly concurrency?: number } = {}) =>
  <E, R>(names: Stream.Stream<Resolution, E, R>): Stream.Stream<Finding, E, R> =>
    names.pipe(
      Stream.mapEffect((item) => Effect.map(stage.ask(item.name), (http) => ({ ...item, http })), {
        concurrency,
        unordered: true
      })
    )

/** The names on whose page a keyword was found. */
export const isFound = (self: Finding): boolean => self.http.status === "Success"
