import type { DnsAddress } from "@domainflow/core/dns/DnsVerdict"
import { readV4, readV6 } from "./Address.ts"
import * as Wire from "./Wire.ts"

/** What a message said about the addresses of one name. `read` fills one again and again; its arrays are new. */
export interface Answer {
  /** RFC 1035 4.1.1, with the upper bits of RFC 6891 6.1.3 where there is no address. */
  rcode: number
  /** The server resolves for others: what is not in its answer is not there at all. */
  recursive: boolean
  /** No answer but a hint where to ask: the server neither holds the name nor resolves for others. */
  referral: boolean
  /** Of the type asked for, owned by the name or by the end of its chain of aliases. */
  addresses: ReadonlyArray<DnsAddress>
  /** The aliases, first to last. */
  aliases: ReadonlyArray<string>
  /** The chain of aliases runs in a circle, or is longer than any that means well. */
  endless: boolean
}

export const empty = (): Answer => ({
  rcode: 0,
  recursive: true,
  referral: false,
  addresses: [],
  aliases: [],
  endless: false
})

/** Longer chains are not followed; resolvers give up at 8 to 16. */
export const maxAliases = 16

/**
 * Reads a message that `Wire.relation` calls an `answer`, and only as far as it is needed. `truncated`: the rest must
 * be asked for by TCP. `malformed`: a record runs over the end, has a wrong size or a broken name.
 */
export const read = (
  packet: Uint8Array,
  start: number,
  end: number,
  question: Uint8Array,
  answer: Answer
): "whole" | "truncated" | "malformed" => {
  answer.rcode = packet[start + 3]! & 0x0f
  answer.recursive = (packet[start + 3]! & 0x80) !== 0
  answer.referral = false
  answer.endless = false
  answer.addresses = none
  answer.aliases = none
  if ((packet[start + 2]! & 0x02) !== 0) return "truncated"
  const count = Wire.uint16(packet, start + 6)
  // A name that does not exist may still be an alias. Nothing else matters in an answer that is none.
  if (answer.rcode !== 0 && (answer.rcode !== nxdomain || count === 0)) return "whole"

  const size = Wire.questionEnd(question)
  record.enter(packet, start, end, start + size)
  const type = question[size - 3] === Wire.recordType.A ? Wire.recordType.A : Wire.recordType.AAAA
  if (!readAnswers(count, type, answer)) return "malformed"
  if (answer.addresses.length > 0 || answer.rcode !== 0 || answer.endless) return "whole"
  return readRest(answer) ? "whole" : "malformed"
}

/** Follows the aliases, then collects what the last one owns, in any order of the records. */
const readAnswers = (count: number, type: Wire.AddressType, answer: Answer): boolean => {
  const first = record.at
  const size = type === Wire.recordType.A ? 4 : 16
  const read = type === Wire.recordType.A ? readV4 : readV6
  // Made when there is something to put in: most answers hold one address or nothing.
  let aliases: Array<string> | undefined
  let addresses: Array<DnsAddress> | undefined
  let owner = record.start + Wire.headerSize
  // Aliases usually stand in order, so that the first pass finds them all; one more collects what the last one owns.
  for (let moved = true; moved; ) {
    moved = false
    record.at = first
    addresses = undefined
    for (let i = 0; i < count; i++) {
      if (!record.next()) return false
      if (record.type === type) {
        if (record.size !== size) return false
        if (!record.isOf(owner)) continue
        const address = { address: read(record.packet, record.content), ttl: record.ttl }
        if (addresses === undefined) addresses = [address]
        else addresses.push(address)
      } else if (record.type === Wire.recordType.CNAME) {
        if (!record.holdsName()) return false
        if (!record.isOf(owner)) continue
        if (aliases?.length === maxAliases) {
          answer.aliases = aliases
          answer.endless = true
          return true
        }
        owner = record.content
        moved = true
        if (aliases === undefined) aliases = [record.name()]
        else aliases.push(record.name())
      }
    }
  }
  if (addresses !== undefined) answer.addresses = addresses
  if (aliases !== undefined) answer.aliases = aliases
  return true
}

/** Authority and additional records, which only matter where there is no address. */
const readRest = (answer: Answer): boolean => {
  const { packet, start } = record
  const authority = Wire.uint16(packet, start + 8)
  const additional = Wire.uint16(packet, start + 10)
  let delegates = false
  let denies = false
  for (let i = 0; i < authority; i++) {
    if (!record.next()) return false
    delegates ||= record.type === Wire.recordType.NS
    denies ||= record.type === Wire.recordType.SOA
  }
  for (let i = 0; i < additional; i++) {
    if (!record.next()) return false
    // RFC 6891 6.1.3: the upper eight bits of the rcode lie where other records have the first of their TTL.
    if (record.type === Wire.recordType.OPT) answer.rcode |= packet[record.content - 6]! << 4
  }
  const authoritative = (packet[start + 2]! & 0x04) !== 0
  answer.referral = delegates && !denies && !authoritative && !answer.recursive && answer.aliases.length === 0
  return true
}

const none: ReadonlyArray<never> = []
const noOctets: Uint8Array = new Uint8Array()
const nxdomain = 3
const internet = 1

/** Walks the records of one message. There is one walker, for reading never waits. */
const record = {
  packet: noOctets,
  start: 0,
  end: 0,
  /** Where the next record begins. */
  at: 0,
  owner: 0,
  /** Zero for a record of another class than the internet's: nothing asks for that type. */
  type: 0,
  ttl: 0,
  content: 0,
  size: 0,

  enter(packet: Uint8Array, start: number, end: number, at: number) {
    this.packet = packet
    this.start = start
    this.end = end
    this.at = at
  },

  /** False when what stands there is no record. */
  next(): boolean {
    const { packet, end } = this
    const head = Wire.skipName(packet, this.start, end, this.at)
    if (head < 0 || head + 10 > end) return false
    this.owner = this.at
    this.type = Wire.uint16(packet, head)
    if (this.type !== Wire.recordType.OPT && Wire.uint16(packet, head + 2) !== internet) this.type = 0
    const seconds = Wire.uint32(packet, head + 4)
    // RFC 2181 8: with the top bit set it counts as zero.
    this.ttl = seconds > 0x7fff_ffff ? 0 : seconds
    this.size = Wire.uint16(packet, head + 8)
    this.content = head + 10
    this.at = this.content + this.size
    return this.at <= end
  },

  isOf(owner: number): boolean {
    return Wire.sameName(this.packet, this.start, this.owner, owner)
  },

  /** The content is one name and nothing else. */
  holdsName(): boolean {
    return Wire.skipName(this.packet, this.start, this.at, this.content) === this.at
  },

  name(): string {
    return Wire.readName(this.packet, this.start, this.content)
  }
}
