/**
 * Answers to the common questions, spelt octet by octet into a buffer that is already there.
 *
 * Nineteen names in twenty are an NXDOMAIN, a NODATA, a refusal or a few addresses. Their answers are the question with a
 * few octets behind it, so they are made without reading the name as text. The rest goes through `dns-packet`; a test
 * proves that both ways say the same.
 */
import { mix, offsetBasis, step } from "../Dice.ts"
import type { Network } from "../Network.ts"
import { siteDoor } from "../web/SiteKind.ts"
import { type DnsKind, dnsKind } from "./DnsKind.ts"
import { innerAddress, innerAddresses, longestRegistered, mirrorCount, ttlOf } from "./Host.ts"

/** Not one of the common questions: ask the codec. */
export const uncommon = -1

export const headerLength = 12
const a = 1
const aaaa = 28
const opt = 41

/** Writes the answer to `query` into `out`; its length, 0 for silence, or `uncommon`. */
export type Respond = (query: Uint8Array, length: number, out: Uint8Array, told: (kind: DnsKind) => void) => number

export const make = (network: Network): Respond => {
  const addresses = addressBook(network)

  return (query, length, out, told) => {
    // One question by a standard query, nothing but an OPT behind it (RFC 1035 4.1.1, RFC 6891 6.1.1).
    if (length < headerLength + 7 || (query[2]! & 0xf8) !== 0 || query[4] !== 0 || query[5] !== 1) return uncommon
    if ((query[6]! | query[7]! | query[8]! | query[9]! | query[10]!) !== 0 || query[11]! > 1) return uncommon

    const first = query[headerLength]!
    if (first === 0 || first > longestRegistered) return uncommon
    let hash = offsetBasis
    let offset = headerLength
    let last = headerLength
    for (let label = first; label !== 0; label = query[offset]!) {
      if (label > 63 || offset + label + 6 > length) return uncommon
      if (offset !== headerLength) hash = step(hash, 0x2e)
      last = offset
      for (const end = offset + label; offset < end; ) {
        const octet = query[++offset]!
        hash = step(hash, octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet)
      }
      offset++
    }
    const end = offset + 5
    if (isSpecial(query, first, last) || query[offset + 1] !== 0 || query[offset + 3] !== 0 || query[offset + 4] !== 1)
      return uncommon
    const type = query[offset + 2]!
    if (type !== a && type !== aaaa) return uncommon
    const edns = query[11] === 1
    if (edns && (end + 11 > length || query[end] !== 0 || query[end + 1] !== 0 || query[end + 2] !== opt))
      return uncommon

    const seed = mix(hash)
    const kind = dnsKind(seed)
    let rcode = 0
    let answers = 0
    let at = end
    switch (kind) {
      case "silent":
        told(kind)
        return 0
      case "absent":
        rcode = 3
        break
      case "failing":
        rcode = 2
        break
      case "refusing":
        rcode = 5
        break
      case "bare":
        break
      case "single":
      case "dual":
      case "sixOnly":
      case "several":
      case "inner": {
        const ttl = ttlOf(seed)
        for (const address of addresses(kind, seed, type)) {
          at = record(out, at, type, ttl, address)
          answers++
        }
        break
      }
      default:
        return uncommon
    }
    told(kind)
    for (let index = 0; index < end; index++) out[index] = query[index]!
    // QR and RA, RD as asked (RFC 1035 4.1.1).
    out[2] = 0x80 | (query[2]! & 1)
    out[3] = 0x80 | rcode
    out[7] = answers
    const negative = answers === 0 && (rcode === 0 || rcode === 3)
    out[9] = negative ? 1 : 0
    if (negative) at = authority(out, at, headerLength + first + 1)
    if (edns) {
      out.set(ednsRecord, at)
      at += ednsRecord.length
    }
    return at
  }
}

/** The addresses of `Host` in octets, every list made once. */
const addressBook = (network: Network) => {
  const none: ReadonlyArray<Uint8Array> = []
  const alone = (address: string) => [octetsOf(address)]
  const doors = Object.fromEntries(Object.entries(network.doors).map(([door, address]) => [door, alone(address)]))
  const inner = Object.fromEntries(innerAddresses.map((address) => [address, alone(address)]))
  const crowds = [0, 1, 2, 3].map((mirrors) => [network.doors.both, ...network.mirrors.slice(0, mirrors)].map(octetsOf))
  // Only ::1 is ever handed out; see Network.
  const six = network.ipv6 === null ? none : [Uint8Array.from({ length: 16 }, (_, index) => (index === 15 ? 1 : 0))]

  return (kind: DnsKind, seed: number, type: number): ReadonlyArray<Uint8Array> => {
    if (type === aaaa) return kind === "dual" || kind === "sixOnly" ? six : none
    if (kind === "inner") return inner[innerAddress(seed)]!
    if (kind === "sixOnly" && six.length > 0) return none
    const door = siteDoor(seed)
    return kind === "several" && door === "both" ? crowds[mirrorCount(seed)]! : doors[door]!
  }
}

const octetsOf = (address: string) => Uint8Array.from(address.split("."), Number)

/** Names of zones with rules of their own: `www.…`, and everything in a zone that ends in `test` or `ws`. */
const isSpecial = (query: Uint8Array, first: number, last: number): boolean => {
  if (first === 3 && letters(query, headerLength + 1, 0x777777, 3)) return true
  if (query[last] === 2) return letters(query, last + 1, 0x7773, 2)
  return query[last] === 4 && letters(query, last + 1, 0x74657374, 4)
}

/** Whether `count` octets are those of `word`, whatever their case. */
const letters = (query: Uint8Array, offset: number, word: number, count: number): boolean => {
  let read = 0
  for (let index = 0; index < count; index++) read = (read << 8) | (query[offset + index]! | 0x20)
  return read === word
}

/** An address of the name in the question (a pointer to offset 12, RFC 1035 4.1.4). */
const record = (out: Uint8Array, at: number, type: number, ttl: number, address: Uint8Array): number => {
  out[at++] = 0xc0
  out[at++] = headerLength
  out[at++] = 0
  out[at++] = type
  out[at++] = 0
  out[at++] = 1
  out[at++] = ttl >>> 24
  out[at++] = ttl >>> 16
  out[at++] = ttl >>> 8
  out[at++] = ttl
  out[at++] = 0
  out[at++] = address.length
  out.set(address, at)
  return at + address.length
}

/** The SOA that lets a resolver keep the negative answer (RFC 2308 3), owned by the parent of the name asked for. */
const authority = (out: Uint8Array, at: number, parent: number): number => {
  out[at] = 0xc0
  out[at + 1] = parent
  out.set(soa, at + 2)
  return at + 2 + soa.length
}

export const soaRecord = {
  mname: "a.nic.test",
  rname: "hostmaster.nic.test",
  serial: 2_026_010_101,
  refresh: 7_200,
  retry: 900,
  expire: 1_209_600,
  minimum: 300
}
export const soaTtl = 300
/** The UDP payload that this server says it takes (octets), the size that never needs fragments. */
export const ednsPayload = 1_232

const uint32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const spelt = (name: string) => [
  ...name.split(".").flatMap((label) => [label.length, ...Buffer.from(label, "latin1")]),
  0
]
const soaData = [
  ...spelt(soaRecord.mname),
  ...spelt(soaRecord.rname),
  ...[soaRecord.serial, soaRecord.refresh, soaRecord.retry, soaRecord.expire, soaRecord.minimum].flatMap(uint32)
]
/** Type, class, TTL and data; the owner goes in front. */
const soa = Uint8Array.from([0, 6, 0, 1, ...uint32(soaTtl), 0, soaData.length, ...soaData])
const ednsRecord = Uint8Array.from([0, 0, opt, ednsPayload >>> 8, ednsPayload & 255, 0, 0, 0, 0, 0, 0])
