import type { DnsFault, DnsRecords } from "@domainflow/core/dns/DnsVerdict"
import type { Query } from "./Query.ts"

/** A socket, connection or stream that carries questions. */
export interface Lane {
  /** The answer is not waited for any more; `late` when it was waited for until the end. */
  readonly forget: (query: Query, late: boolean) => void
}

/** How questions get to one resolver and answers come back. */
export interface Transport {
  readonly name: Exclude<DnsRecords["transport"], "">
  /** Sends `query.question` under an id of its choice. The receiver hears of it once, unless it is forgotten first. */
  readonly send: (query: Query) => void
  readonly close: () => void
}

/** Who hears of answers. By then the query is on no lane. */
export interface Receiver {
  /** A message with the id and the question of `query`, from the address it was sent to. */
  readonly answered: (query: Query, packet: Uint8Array, start: number, end: number) => void
  /** `detail` says more than the fault does, such as a code of the system; it may be empty. */
  readonly failed: (query: Query, fault: DnsFault, detail: string) => void
}
