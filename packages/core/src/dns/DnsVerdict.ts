import { Schema } from "effect"

/** The vocabulary of `dns_validation_results.validation_status`. */
export const DnsStatus = Schema.Literals(["Resolved", "Unresolved", "Error", "Pending", "Skipped"])
export type DnsStatus = typeof DnsStatus.Type

/** One address record; `ttl` in seconds. */
export const DnsAddress = Schema.Struct({ address: Schema.String, ttl: Schema.Int })
export type DnsAddress = typeof DnsAddress.Type

/** Why a name has no verdict: the resolver or the road to it was at fault, never the name. */
export const DnsFault = Schema.Literals([
  "Timeout",
  "SERVFAIL",
  "REFUSED",
  "Malformed",
  "Transport",
  "HttpStatus",
  /** Any other code that is no answer. */
  "Rcode",
  /** It pointed elsewhere instead of answering: it does not resolve for others. */
  "Lame"
])
export type DnsFault = typeof DnsFault.Type

/** What `dns_records` holds: all that was learnt about a name, in one object. */
export const DnsRecords = Schema.Struct({
  /** Every address in the order of the answer, A before AAAA. */
  ips: Schema.Array(Schema.String),
  a: Schema.Array(DnsAddress),
  aaaa: Schema.Array(DnsAddress),
  /** The chain of aliases, first to last; empty where there was none. */
  cname: Schema.Array(Schema.String),
  /** The mnemonic of RFC 1035 4.1.1 and its registry, such as `NOERROR` or `NXDOMAIN`; empty when no answer came. */
  rcode: Schema.String,
  /** The resolver that gave the answer, as its persona spells it; empty when none did. */
  resolver: Schema.String,
  transport: Schema.Literals(["udp", "tcp", "tls", "https", ""]),
  durationMs: Schema.Number,
  /** `NODATA`, or what went wrong. */
  reason: Schema.optionalKey(Schema.String),
  /** The address comes from a wildcard of the zone: any other name there has it too. */
  wildcard: Schema.optionalKey(Schema.Boolean)
})
export type DnsRecords = typeof DnsRecords.Type

/** The answer to "does this name resolve?". Not resolving is an answer, never a failure. */
export interface DnsVerdict {
  readonly status: DnsStatus
  readonly records: DnsRecords | null
  /** Tries made for this name, the first included. */
  readonly attempts: number
}

/** Worth asking again: the resolver, not the name, was at fault. */
export const isTransient = (self: DnsVerdict): boolean => self.status === "Error"
