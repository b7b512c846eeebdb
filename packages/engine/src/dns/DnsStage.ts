import type { DomainName } from "@domainflow/core/DomainName"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import { type Effect, Schema } from "effect"

/** Asks which names resolve. Every answer is a value: a name that does not resolve fails nothing. */
export interface DnsStage {
  /**
   * One verdict for each name, in the order of the names. Requests that are made at the same time share one window of
   * questions in flight; interrupting one drops its questions and leaves the others alone.
   */
  readonly ask: (names: ReadonlyArray<DomainName>) => Effect.Effect<ReadonlyArray<DnsVerdict>>
  /** One name, from memory while the time to live of its last answer runs. Wildcards are not looked for. */
  readonly lookup: (name: DomainName) => Effect.Effect<DnsVerdict>
}

/** A persona that leaves nobody to ask, or names a resolver that cannot be found. */
export class NoResolver extends Schema.TaggedError<NoResolver>()("NoResolver", {
  /** The resolver that cannot be found, as its persona spells it; empty when there is none at all. */
  resolver: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return this.resolver === ""
      ? `nobody to ask: ${this.reason}`
      : `the resolver ${this.resolver} cannot be asked: ${this.reason}`
  }
}
