import { die, type Shares } from "../Dice.ts"

/** What the zone says about a name that somebody might have registered. */
export type DnsKind = keyof typeof shares

/** Of 10,000 names: one third resolves, as a brand's near misses do. */
const shares = {
  /** NXDOMAIN. */
  absent: 6_000,
  /** Registered without an address: NODATA. */
  bare: 500,
  /** SERVFAIL, always. */
  failing: 100,
  /** REFUSED, always. */
  refusing: 20,
  /** No answer by any transport. */
  silent: 20,
  /** The right id, then octets that are no DNS message. */
  malformed: 10,
  /** A CNAME to a name that does not exist. */
  dangling: 60,
  /** A CNAME to a name without an address. */
  bareAlias: 20,
  /** The only address belongs to another owner than the one asked for. */
  strayOnly: 10,
  /** One A record. */
  single: 2_230,
  /** A and AAAA. */
  dual: 350,
  /** AAAA only. */
  sixOnly: 60,
  /** Two to four A records. */
  several: 200,
  /** A chain of one to four CNAMEs. */
  alias: 250,
  /** A chain of long names that no UDP answer can hold: truncated by size. */
  longAlias: 50,
  /** Truncated by UDP whatever the size, as a server under rate limiting does. */
  slipped: 60,
  /** A resolves, AAAA is SERVFAIL, as of some load balancers. */
  halfFailing: 10,
  /** By UDP, answers to another question and with another id come first, with an address of their own. */
  spoofed: 10,
  /** The address of an unrelated owner stands before the name's own. */
  stray: 10,
  /** An address that no public name should have. */
  inner: 30
} satisfies Shares<string>

export const dnsKinds: Shares<DnsKind> = shares

/** Whether a name of that kind has an address in the end. */
export const resolves: Readonly<Record<DnsKind, boolean>> = {
  absent: false,
  bare: false,
  failing: false,
  refusing: false,
  silent: false,
  malformed: false,
  dangling: false,
  bareAlias: false,
  strayOnly: false,
  single: true,
  dual: true,
  sixOnly: true,
  several: true,
  alias: true,
  longAlias: true,
  slipped: true,
  halfFailing: true,
  spoofed: true,
  stray: true,
  inner: true
}

export const dnsKind = die(dnsKinds, 1)
