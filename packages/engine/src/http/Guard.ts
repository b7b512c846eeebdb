import { isIP } from "node:net"

/** Says of an address why it must not be dialled; null where it may be. */
export interface Guard {
  readonly refusal: (address: string) => string | null
}

/** What a range is for, as a refusal names it; also the word that allows it. */
export type RangeName = (typeof ranges)[number]["name"]

export interface GuardOptions {
  /** Ranges that may be dialled although they are not global: by name, or as blocks such as `127.0.0.0/8`. */
  readonly allow?: ReadonlyArray<RangeName | `${string}/${number}`>
}

/**
 * Refuses every address that is not globally reachable (IANA special-purpose registries, RFC 6890), the ones clouds
 * answer machines on, and those of version 6 that only wrap one of version 4, whatever they wrap.
 *
 * Throws on a block it cannot read: a guard that guards less than it was told is none.
 */
export const make = ({ allow = [] }: GuardOptions = {}): Guard => {
  const names = new Set<string>(allow)
  const blocks = allow.filter((entry) => entry.includes("/")).map(block)
  for (const name of names)
    if (!name.includes("/") && !ranges.some((range) => range.name === name))
      throw new Error(`no address range is called "${name}": ${[...new Set(ranges.map((r) => r.name))].join(", ")}`)
  return {
    refusal: (address) => {
      const parsed = parse(address)
      if (parsed === null) return `${address} is no address`
      if (blocks.some((block) => within(parsed, block))) return null
      const range = ranges.find(({ block }) => within(parsed, block))
      return range === undefined || names.has(range.name) ? null : `address ${address} is ${range.name}`
    }
  }
}

/** 16-bit groups: two of an address of version 4, eight of one of version 6. */
type Groups = ReadonlyArray<number>

interface Block {
  readonly groups: Groups
  readonly bits: number
}

const within = (address: Groups, { bits, groups }: Block): boolean => {
  if (address.length !== groups.length) return false
  for (let at = 0, left = bits; left > 0; at++, left -= 16) {
    const mask = left >= 16 ? 0xffff : 0xffff & ~(0xffff >>> left)
    if (((address[at]! ^ groups[at]!) & mask) !== 0) return false
  }
  return true
}

/** The groups of an address as written by RFC 4291 2.2 or in dotted decimals; null for anything else. */
const parse = (text: string): Groups | null => {
  // A zone (RFC 4007 11) says through which interface, not what is reached.
  const address = text.includes("%") ? text.slice(0, text.indexOf("%")) : text
  switch (isIP(address)) {
    case 4:
      return dotted(address)
    case 6: {
      const [head = "", tail] = address.split("::")
      const before = groupsOf(head)
      if (tail === undefined) return before
      const after = groupsOf(tail)
      return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
    }
    default:
      return null
  }
}

const groupsOf = (part: string): Groups =>
  part === ""
    ? []
    : part.split(":").flatMap((group) => (group.includes(".") ? dotted(group) : [Number.parseInt(group, 16)]))

const dotted = (address: string): Groups => {
  const [a, b, c, d] = address.split(".").map(Number)
  return [(a! << 8) | b!, (c! << 8) | d!]
}

const block = (text: string): Block => {
  const [address = "", length = ""] = text.split("/")
  const groups = parse(address)
  const bits = Number(length)
  if (groups === null || !/^\d{1,3}$/.test(length) || bits > groups.length * 16)
    throw new Error(`"${text}" is no block of addresses`)
  return { groups, bits }
}

const range = <const Name extends string>(name: Name, ...blocks: ReadonlyArray<string>) =>
  blocks.map((text) => ({ name, block: block(text) }))

/** The first that holds an address names it. */
const ranges = [
  // Before the ranges they lie in: allowing those does not open the door to a machine's credentials.
  ...range(
    "cloud metadata",
    "169.254.169.254/32", // most clouds
    "169.254.170.2/32", // containers on AWS
    "169.254.170.23/32",
    "100.100.100.200/32", // Alibaba
    "192.0.0.192/32", // Oracle
    "168.63.129.16/32", // Azure; an address of its public space
    "fd00:ec2::254/128",
    "fd00:ec2::23/128",
    "fd20:ce::254/128" // Google
  ),
  ...range("unspecified", "0.0.0.0/8", "::/128"),
  ...range("loopback", "127.0.0.0/8", "::1/128"),
  ...range("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
  ...range("unique local", "fc00::/7"),
  ...range("link-local", "169.254.0.0/16", "fe80::/10"),
  ...range("site-local", "fec0::/10"),
  ...range("carrier-grade NAT", "100.64.0.0/10"),
  ...range("broadcast", "255.255.255.255/32"),
  ...range("multicast", "224.0.0.0/4", "ff00::/8"),
  ...range("documentation", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
  ...range("benchmarking", "198.18.0.0/15", "2001:2::/48"),
  ...range("IPv4-mapped", "::ffff:0:0/96"),
  ...range("IPv4-translated", "::ffff:0:0:0/96"),
  ...range("IPv4-compatible", "::/96"),
  ...range("NAT64-mapped", "64:ff9b::/96", "64:ff9b:1::/48"),
  ...range("6to4", "2002::/16", "192.88.99.0/24"),
  ...range("Teredo", "2001::/32"),
  ...range("protocol assignments", "192.0.0.0/24", "2001::/23"),
  ...range("discarded", "100::/64", "100:0:0:1::/64"),
  ...range("reserved", "240.0.0.0/4", "::/3", "4000::/2", "8000::/1")
]

/** Refuses whatever is not global. */
export const strict: Guard = make()
