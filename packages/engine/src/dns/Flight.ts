import type { DnsAddress, DnsFault, DnsRecords, DnsStatus, DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import { type Answer, maxAliases } from "./Answer.ts"
import { Query } from "./Query.ts"
import type { Request } from "./Requests.ts"
import type { Upstream } from "./Upstream.ts"
import { type AddressType, recordType } from "./Wire.ts"

/**
 * What comes next for a name. `ask`: the resolvers of this try, for the addresses of `type` of `asked`. `again`: a new
 * try. `settle`: its verdict stands.
 */
export type Step = "ask" | "again" | "settle"

/** Who said something, and by which way. */
export interface Source {
  readonly resolver: string
  readonly transport: DnsRecords["transport"]
}

/** Nobody said anything. */
export const nobody: Source = { resolver: "", transport: "" }

/** Why there is no answer. */
export interface Fault {
  readonly fault: DnsFault
  /** More than the fault says, such as a code of the system; may be empty. */
  readonly detail: string
  /** The mnemonic of what was answered instead, if anything was. */
  readonly rcode: string
  readonly source: Source
}

/**
 * One name on its way to a verdict. IPv4 is asked for first, and IPv6 only if the name exists: a name that does not
 * costs one question. Flights are used again for other names.
 */
export class Flight {
  /** One for each resolver that is asked at the same time. */
  readonly queries: ReadonlyArray<Query>
  /** Undefined while it is on no errand. */
  request: Request | undefined = undefined
  index = 0
  /** Names that were begun before it. */
  turn = 0
  tries = 0
  type: AddressType = recordType.A
  /** The name that is asked for now: its own, or the alias it leads to. */
  asked = ""

  private name = ""
  private beganAt = 0
  private a: ReadonlyArray<DnsAddress> | undefined = undefined
  private aaaa: ReadonlyArray<DnsAddress> | undefined = undefined
  private exists = true
  private endless = false
  /** Aliases between the name and `asked`. */
  private way: ReadonlyArray<string> = none
  private cname: ReadonlyArray<string> = none
  private source: Source = nobody
  private fault: Fault = noFault

  constructor(resolvers: ReadonlyArray<Upstream>) {
    this.queries = resolvers.map((upstream) => new Query(this, upstream))
  }

  begin(request: Request, index: number, turn: number, now: number): void {
    this.request = request
    this.index = index
    this.turn = turn
    this.tries = 0
    this.name = request.names[index]!
    this.beganAt = now
    this.a = this.aaaa = undefined
    this.exists = true
    this.endless = false
    this.cname = none
    this.source = nobody
    this.fault = noFault
  }

  /** Another try, for what is not known yet. */
  again(): void {
    this.tries++
    this.turnTo(this.a === undefined ? recordType.A : recordType.AAAA)
  }

  /** An answer whose code is NOERROR or NXDOMAIN. */
  answered(answer: Answer, source: Source): Step {
    this.source = source
    const way = answer.aliases.length === 0 ? this.way : [...this.way, ...answer.aliases]
    if (this.cname.length < way.length) this.cname = way
    if (answer.rcode !== 0) {
      this.exists = false
      return "settle"
    }
    // A server that does not resolve for others leaves off where an alias leads into the zone of another.
    const leavesOff = answer.addresses.length === 0 && answer.aliases.length > 0 && !answer.recursive
    if (leavesOff && way.length < maxAliases && isPlain(way.at(-1)!)) {
      this.way = way
      this.asked = way.at(-1)!
      return "ask"
    }
    this.endless ||= answer.endless || leavesOff
    if (this.type === recordType.AAAA) {
      this.aaaa = answer.addresses
      return "settle"
    }
    this.a = answer.addresses
    this.turnTo(recordType.AAAA)
    return "ask"
  }

  /** All resolvers of this try were at fault, the last of them so. */
  faulted(fault: Fault, isLastTry: boolean): Step {
    this.fault = fault
    if (!isLastTry) return "again"
    // Even where IPv4 stays unknown, the name resolves if it has an IPv6 address.
    if (this.type === recordType.AAAA) return "settle"
    this.turnTo(recordType.AAAA)
    return "ask"
  }

  /** What is known now. An address is enough to say Resolved; to say Unresolved, nothing may be missing. */
  verdict(now: number): DnsVerdict {
    const { a, aaaa } = this
    if ((a !== undefined && a.length > 0) || (aaaa !== undefined && aaaa.length > 0)) {
      const missing = a === undefined ? "A" : aaaa === undefined ? "AAAA" : undefined
      // Some servers say of a name with IPv4 alone that it does not exist when asked for IPv6 (RFC 4074 4.2).
      const why = this.exists ? inWords(this.fault) : "NXDOMAIN"
      return this.close(
        "Resolved",
        now,
        "NOERROR",
        this.source,
        missing === undefined ? undefined : `${missing}: ${why}`
      )
    }
    if (!this.exists) return this.close("Unresolved", now, "NXDOMAIN", this.source, undefined)
    if (a !== undefined && aaaa !== undefined) {
      return this.close(
        "Unresolved",
        now,
        "NOERROR",
        this.source,
        this.endless ? "CNAME chain without an end" : "NODATA"
      )
    }
    return this.close("Error", now, this.fault.rcode, this.fault.source, inWords(this.fault))
  }

  private close(
    status: DnsStatus,
    now: number,
    rcode: string,
    { resolver, transport }: Source,
    reason: string | undefined
  ): DnsVerdict {
    const { a = none, aaaa = none, cname, tries: attempts } = this
    const durationMs = Math.round((now - this.beganAt) * 100) / 100
    const records = { ips: addressesOf(a, aaaa), a, aaaa, cname, rcode, resolver, transport, durationMs }
    return { status, records: reason === undefined ? records : { ...records, reason }, attempts }
  }

  private turnTo(type: AddressType): void {
    this.type = type
    this.asked = this.name
    this.way = none
  }
}

const none: ReadonlyArray<never> = []
const noFault: Fault = { fault: "Timeout", detail: "", rcode: "", source: nobody }
const inWords = ({ detail, fault }: Fault): string => (detail === "" ? fault : `${fault}: ${detail}`)

const addressesOf = (a: ReadonlyArray<DnsAddress>, aaaa: ReadonlyArray<DnsAddress>): ReadonlyArray<string> => {
  if (a.length + aaaa.length === 0) return none
  // By far the most frequent, and worth the line: names are resolved by the ten million.
  if (a.length === 1 && aaaa.length === 0) return [a[0]!.address]
  return [...a, ...aaaa].map(({ address }) => address)
}

/** Can be asked for: a name with octets that `readName` had to escape cannot, and is no name of a host. */
const isPlain = (name: string): boolean => name !== "" && !name.includes("\\")
