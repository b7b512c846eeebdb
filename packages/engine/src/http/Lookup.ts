import type { DomainName } from "@domainflow/core/DomainName"
import { type Effect, Schema } from "effect"

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
