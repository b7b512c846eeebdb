import type { Network } from "../Network.ts"
import { type Host, hostOf, stranger, strangerAddress } from "./Host.ts"

/** The answer section for one question, before any transport shortens or spoils it. */
export interface Answer {
  readonly rcode: Host["rcode"]
  readonly records: ReadonlyArray<AnswerRecord>
}

export interface AnswerRecord {
  readonly name: string
  readonly type: "A" | "AAAA" | "CNAME"
  /** Seconds. */
  readonly ttl: number
  readonly data: string
}

/** What an honest resolver says when asked for `type` of `name`; types other than A and AAAA are NODATA. */
export const answer = (network: Network, name: string, type: string): Answer => {
  const records: Array<AnswerRecord> = []
  let owner = name
  let host = hostOf(network, owner)
  if (host.kind === "stray" || host.kind === "strayOnly")
    records.push({ name: stranger, type: "A", ttl: 300, data: strangerAddress })
  while (host.alias !== null) {
    records.push({ name: owner, type: "CNAME", ttl: host.ttl, data: host.alias })
    if (type === "CNAME") return { rcode: "NOERROR", records }
    owner = host.alias
    host = hostOf(network, owner)
  }
  if (host.kind === "halfFailing" && type === "AAAA") return { rcode: "SERVFAIL", records: [] }
  if (type === "A" || type === "AAAA")
    for (const data of type === "A" ? host.a : host.aaaa) records.push({ name: owner, type, ttl: host.ttl, data })
  return { rcode: host.rcode, records }
}
