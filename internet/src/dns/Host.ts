import { derive, seed } from "../Dice.ts"
import type { Door, Network } from "../Network.ts"
import { siteDoor } from "../web/SiteKind.ts"
import { type DnsKind, dnsKind, resolves } from "./DnsKind.ts"

/** What the zone holds about one name, whichever type is asked for. */
export interface Host {
  /** The kind of an ordinary name, `wildcard` for one that only the zone's asterisk answers for, `own` for this internet's own. */
  readonly kind: DnsKind | "wildcard" | "own"
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED"
  readonly alias: string | null
  readonly a: ReadonlyArray<string>
  readonly aaaa: ReadonlyArray<string>
  /** Seconds. */
  readonly ttl: number
}

/** Zones in which every name resolves; one that nobody registered has the address of the asterisk. */
export const wildcardZones: ReadonlyArray<string> = ["ws", "wildcard.test"]

/** A label this long was never registered by anybody: clients spell such names to find wildcards. */
export const longestRegistered = 15

/** The address of somebody else, in answers that must not be believed. */
export const strangerAddress = "127.66.66.66"
export const stranger = "someone-else.example"

const ttls = [60, 300, 900, 3_600, 86_400]
export const ttlOf = (seed: number): number => ttls[derive(seed, 2) % ttls.length]!

export const innerAddresses = [
  "10.0.0.5",
  "192.168.1.20",
  "172.16.4.4",
  "100.64.0.7",
  "169.254.169.254",
  "0.0.0.0",
  "198.51.100.7"
]

/** An address that no guard should let pass. */
export const innerAddress = (seed: number): string => innerAddresses[derive(seed, 6) % innerAddresses.length]!

/** How many of the network's mirrors stand beside the first address of a name with several. */
export const mirrorCount = (seed: number): number => 1 + (derive(seed, 4) % 3)

/** `name` in lower case, without a final dot. */
export const hostOf = (network: Network, name: string): Host => {
  const own = ownZones(network, name)
  if (own !== null) return own
  const registered = registrant(name)
  const ordinary = ordinaryHost(network, registered)
  if (registered === name) return ordinary
  // www stands wherever the name itself has an address.
  if (ordinary.kind === "wildcard") return ordinary
  return resolves[ordinary.kind] ? { ...plainHost, a: [network.doors.both] } : absent
}

/** The name somebody registered: of `www.acme.com` it is `acme.com`. */
export const registrant = (name: string): string =>
  name.startsWith("www.") && name.indexOf(".", 4) !== -1 ? name.slice(4) : name

/** The zone whose asterisk covers `name`, if any. */
export const wildcardZone = (name: string): string | null =>
  wildcardZones.find((zone) => name.endsWith(`.${zone}`)) ?? null

const plainHost = { kind: "own", rcode: "NOERROR", alias: null, a: [], aaaa: [], ttl: 300 } as const satisfies Host
const absent = { ...plainHost, kind: "absent", rcode: "NXDOMAIN" } as const satisfies Host

/** `*.cdn.test` is addresses, `*.alias.test` chains to them, `*.hosting.test` shared landing pages; see `edge` and `chain`. */
const ownZones = (network: Network, name: string): Host | null => {
  if (!name.endsWith(".test")) return null
  const door = /^(edge|origin|vault|dark)\d+\.cdn\.test$/.exec(name)?.[1]
  if (door !== undefined) return { ...plainHost, a: [network.doors[edgeDoors[door]!]] }
  const link = /^c(\d)-([a-z0-9]+)((?:\.[a-z]+)*)\.alias\.test$/.exec(name)
  if (link !== null) return { ...plainHost, alias: chain(link[2]!, Number(link[1]), link[3]!) }
  if (name.endsWith(".hosting.test")) return { ...plainHost, a: [network.doors.both] }
  if (name.endsWith(".intranet.test")) return { ...plainHost, a: ["10.20.30.40"] }
  if (name.endsWith(".bare.test")) return plainHost
  if (name.endsWith(".gone.test")) return absent
  return null
}

const edges: Record<Door, string> = { both: "edge", plain: "origin", secure: "vault", closed: "dark" }
const edgeDoors: Readonly<Record<string, Door>> = { edge: "both", origin: "plain", vault: "secure", dark: "closed" }

/** The alias that is `links` links away from `edge`; `padding` makes its name long. */
const chain = (edge: string, links: number, padding: string): string =>
  links === 0 ? `${edge}.cdn.test` : `c${links - 1}-${edge}${padding}.alias.test`

const padding = `.${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}`

const ordinaryHost = (network: Network, name: string): Host & { readonly kind: DnsKind | "wildcard" } => {
  const own = seed(name)
  const kind = name.indexOf(".") > longestRegistered ? "absent" : dnsKind(own)
  const door = siteDoor(own)
  const base = { ...plainHost, kind, ttl: ttlOf(own), a: [network.doors[door]] }
  const edge = `${edges[door]}${derive(own, 3) % 10}`
  const hosts: Record<DnsKind, () => Host & { readonly kind: DnsKind | "wildcard" }> = {
    absent: () => (wildcardZone(name) === null ? absent : { ...plainHost, kind: "wildcard", a: [network.asterisk] }),
    bare: () => ({ ...base, a: [] }),
    failing: () => ({ ...base, a: [], rcode: "SERVFAIL" }),
    refusing: () => ({ ...base, a: [], rcode: "REFUSED" }),
    silent: () => ({ ...base, a: [] }),
    malformed: () => ({ ...base, a: [] }),
    dangling: () => ({ ...base, a: [], alias: `shop-${own.toString(16)}.gone.test` }),
    bareAlias: () => ({ ...base, a: [], alias: `mail-${own.toString(16)}.bare.test` }),
    strayOnly: () => ({ ...base, a: [] }),
    single: () => base,
    dual: () => ({ ...base, aaaa: network.ipv6 === null ? [] : [network.ipv6] }),
    sixOnly: () => (network.ipv6 === null ? base : { ...base, a: [], aaaa: [network.ipv6] }),
    several: () => ({
      ...base,
      a: door === "both" ? [...base.a, ...network.mirrors.slice(0, mirrorCount(own))] : base.a
    }),
    alias: () => ({ ...base, a: [], alias: chain(edge, derive(own, 5) % 4, "") }),
    longAlias: () => ({ ...base, a: [], alias: chain(edge, 4 + (derive(own, 5) % 3), padding) }),
    slipped: () => base,
    halfFailing: () => base,
    spoofed: () => base,
    stray: () => base,
    inner: () => ({ ...base, a: [innerAddress(own)] })
  }
  return hosts[kind]()
}
