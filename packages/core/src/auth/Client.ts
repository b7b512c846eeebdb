import { Option, Result } from "effect"
import { NetAddress } from "effect/net"
import * as Storable from "../Storable.ts"

/** Where a call comes from, as the host knows it. Null is not known. */
export interface Client {
  /** The peer's address, or what a trusted proxy says it is: never a header taken on faith. */
  readonly ip: string | null
  readonly userAgent: string | null
  /** Such as `1920x1080`, where the client tells. */
  readonly screenResolution: string | null
}

export const unknown: Client = { ip: null, userAgent: null, screenResolution: null }

/** A user agent is cut here: a longer one tells nothing more, and would be stored with every session and event. */
const maxUserAgent = 1_024

/** What a host hands in, fit to be compared and stored: one spelling per address, no NUL, nothing longer than its column. */
export const parse = (given: Partial<Client>): Client => ({
  ip: given.ip == null ? null : address(given.ip),
  userAgent: given.userAgent == null ? null : Storable.text(given.userAgent).slice(0, maxUserAgent),
  screenResolution: given.screenResolution == null ? null : Storable.text(given.screenResolution).slice(0, 20)
})

/**
 * The name under which an address is counted. An IPv6 customer holds a /64 at least, so all of it is one; an IPv4 address
 * mapped into IPv6 is itself.
 */
export const bucket = (ip: string): string =>
  Option.match(parsed(ip), {
    onNone: () => "ip:unknown",
    onSome: (at) =>
      at._tag === "Ipv4Address"
        ? `ip:${NetAddress.formatIp(at)}`
        : `ip:${NetAddress.ipv6ToSegments(at)
            .slice(0, 4)
            .map((part) => part.toString(16))
            .join(":")}::/64`
  })

const parsed = (ip: string): Option.Option<NetAddress.IpAddress> =>
  Option.map(
    Result.getSuccess(NetAddress.ipFromString(ip.split("%")[0]!)),
    (at): NetAddress.IpAddress => NetAddress.toCanonical(at)
  )

const address = (ip: string): string | null =>
  plain.test(ip) ? ip : Option.getOrNull(Option.map(parsed(ip), NetAddress.formatIp))

/** IPv4 in its one spelling, as connections have it: with every request there is nothing to take apart. */
const plain = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
