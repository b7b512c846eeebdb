import type { DomainName } from "@domainflow/core/DomainName"
import { Effect, Schema } from "effect"
import type { DnsStage } from "../dns/DnsStage.ts"

/** A host could not be turned into addresses. `transient` where the resolver, not the name, was at fault. */
export class LookupFailure extends Schema.TaggedError<LookupFailure>()("LookupFailure", {
  host: Schema.String,
  reason: Schema.String,
  transient: Schema.Boolean
}) {
  override get message() {
    return `${this.host} has no address: ${this.reason}`
  }
}

/**
 * The addresses of a host in the order to try them; none means the name does not resolve. Asked once for each hop of a
 * fetch, and what it says is what is dialled: nothing between it and the socket resolves the name again.
 */
export type Lookup = (host: DomainName) => Effect.Effect<ReadonlyArray<string>, LookupFailure>

/** Asks a DNS stage, which remembers answers for as long as their records say. */
export const ofStage =
  (stage: DnsStage): Lookup =>
  (host) =>
    Effect.flatMap(stage.lookup(host), ({ records, status }) =>
      status === "Error"
        ? Effect.fail(new LookupFailure({ host, reason: records?.reason ?? "no resolver answered", transient: true }))
        : Effect.succeed(records?.ips ?? [])
    )
