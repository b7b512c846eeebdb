import { Option, Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"

/**
 * The address of a client: that of its connection, or, where that is a trusted proxy's, the last one in
 * `X-Forwarded-For` that is not. Whatever stands before it in the header is hearsay.
 */
export const of = (
  peer: string | null,
  forwardedFor: string | undefined,
  trusted: ReadonlyArray<IpNetwork.IpNetwork>
): string | null => {
  // Most hosts trust nobody, and most requests come without a word about it.
  if (forwardedFor === undefined || trusted.length === 0) return peer
  let address = peer
  const hops = forwardedFor.split(",").map((hop) => hop.trim())
  while (address !== null && isTrusted(address, trusted)) {
    const hop = hops.pop()
    if (hop === undefined || hop === "" || parsed(hop) === undefined) return address
    address = hop
  }
  return address
}

/** Throws where a network is none: a setting that protects nothing must not start. */
export const networks = (spelled: ReadonlyArray<string>): ReadonlyArray<IpNetwork.IpNetwork> =>
  spelled.map((network) => IpNetwork.fromStringUnsafe(network))

const isTrusted = (address: string, trusted: ReadonlyArray<IpNetwork.IpNetwork>): boolean => {
  const at = parsed(address)
  return at !== undefined && trusted.some((network) => IpNetwork.contains(network, at))
}

const parsed = (address: string): NetAddress.IpAddress | undefined =>
  Option.getOrUndefined(
    Option.map(
      Result.getSuccess(NetAddress.ipFromString(address)),
      (at): NetAddress.IpAddress => NetAddress.toCanonical(at)
    )
  )
