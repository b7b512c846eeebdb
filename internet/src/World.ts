import { type Answer, type AnswerRecord, answer } from "./dns/Answer.ts"
import { type Host, hostOf, stranger, wildcardZone } from "./dns/Host.ts"
import { block, type Network } from "./Network.ts"
import { type Expectation, type Rule, type Visit, visit } from "./Visit.ts"
import { type Site, siteOf } from "./web/Site.ts"

/** All that is true of a name in this internet. Pure: the same name has the same truth in every run and process. */
export interface Truth {
  readonly name: string
  readonly host: Host
  /** The web server that answers for it; null where none does. */
  readonly site: Site | null
}

/** What a careful client must store about a name after asking for A and AAAA. */
export interface ExpectedDns {
  readonly status: "Resolved" | "Unresolved" | "Error"
  /** Empty when no answer comes. */
  readonly rcode: string
  readonly a: ReadonlyArray<{ readonly address: string; readonly ttl: number }>
  readonly aaaa: ReadonlyArray<{ readonly address: string; readonly ttl: number }>
  readonly cname: ReadonlyArray<string>
  /** `NODATA` where the name exists without an address; for an error, what went wrong: a word of core's `DnsFault`. */
  readonly reason: string | null
  /** One of its addresses is that of its zone's wildcard: any name there would have it. */
  readonly wildcard: boolean
}

export interface World {
  readonly network: Network
  readonly truth: (name: string) => Truth
  readonly expectedDns: (name: string) => ExpectedDns
  /** What fetching `name` and matching `rules` must come to. */
  readonly expectedHttp: (name: string, rules: ReadonlyArray<Rule>, visit?: Visit) => Expectation
}

/** The world as seen through the addresses of one network. */
export const make = (network: Network = block(83)): World => ({
  network,
  truth: (name) => ({ name, host: hostOf(network, name), site: siteOf(network, name) }),
  expectedDns: (name) => expectedDns(network, name),
  expectedHttp: (name, rules, how) => visit(network, name, rules, how)
})

const expectedDns = (network: Network, name: string): ExpectedDns => {
  const host = hostOf(network, name)
  const nothing = { a: [], aaaa: [], cname: [], reason: null, wildcard: false }
  const broken = host.kind === "silent" ? "Timeout" : host.kind === "malformed" ? "Malformed" : null
  if (broken !== null) return { ...nothing, status: "Error", rcode: "", reason: broken }
  const [a, aaaa] = [answer(network, name, "A"), answer(network, name, "AAAA")]
  if (a.rcode === "SERVFAIL" || a.rcode === "REFUSED")
    return { ...nothing, status: "Error", rcode: a.rcode, reason: a.rcode }

  const addresses = [...addressesIn(a, "A"), ...addressesIn(aaaa, "AAAA")]
  const cname = a.records.filter((record) => record.type === "CNAME").map((record) => record.data)
  if (addresses.length === 0)
    return { ...nothing, cname, status: "Unresolved", rcode: a.rcode, reason: a.rcode === "NOERROR" ? "NODATA" : null }
  return {
    status: "Resolved",
    rcode: "NOERROR",
    a: addressesIn(a, "A").map(({ data, ttl }) => ({ address: data, ttl })),
    aaaa: addressesIn(aaaa, "AAAA").map(({ data, ttl }) => ({ address: data, ttl })),
    cname,
    reason: null,
    wildcard: wildcardZone(name) !== null && addresses.some(({ data }) => data === network.asterisk)
  }
}

const addressesIn = ({ records }: Answer, type: AnswerRecord["type"]) =>
  records.filter((record) => record.type === type && record.name !== stranger)
