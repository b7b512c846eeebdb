import { Schema } from "effect"

/** Where and how one resolver is asked. `host` is an address or a name, IPv6 without brackets. */
export type ResolverAddress =
  /** By UDP, and by TCP for what UDP cut off. */
  | { readonly transport: "udp"; readonly host: string; readonly port: number }
  /** By TCP alone, questions pipelined (RFC 7766). */
  | { readonly transport: "tcp"; readonly host: string; readonly port: number }
  /** DNS over TLS (RFC 7858); the certificate must name `host`. */
  | { readonly transport: "tls"; readonly host: string; readonly port: number }
  /** DNS over HTTPS (RFC 8484), by POST. */
  | { readonly transport: "https"; readonly url: string }

/**
 * Reads a resolver as personas spell it: `host`, `host:port`, `[v6]:port`, a bare IPv6 address, `tcp://host[:port]`,
 * `tls://host[:port]` or `https://host[:port]/dns-query`. Undefined where it is none of them.
 */
export const parse = (spelling: string): ResolverAddress | undefined => {
  const [, scheme = "udp", rest = spelling] = /^([a-z]+):\/\/(.*)$/i.exec(spelling) ?? []
  switch (scheme.toLowerCase()) {
    case "udp":
      return endpoint("udp", rest, 53)
    case "tcp":
      return endpoint("tcp", rest, 53)
    case "tls":
      return endpoint("tls", rest, 853)
    case "https":
      return https(spelling)
    default:
      return undefined
  }
}

/** A resolver as a persona spells it; `parse` reads every one. */
export const Resolver = Schema.String.check(
  Schema.makeFilter((spelling) => (parse(spelling) === undefined ? expected : undefined))
)

/** For the message of a refusal. */
export const expected =
  "expected a resolver: host, host:port, [v6]:port, tcp://host, tls://host or https://host/dns-query"

const endpoint = (
  transport: "udp" | "tcp" | "tls",
  authority: string,
  defaultPort: number
): ResolverAddress | undefined => {
  if (isV6(authority)) return { transport, host: authority, port: defaultPort }
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = v6 !== undefined && isV6(v6) ? v6 : name !== undefined && isHostName(name) ? name : undefined
  const port = digits === undefined ? defaultPort : Number(digits)
  return host !== undefined && port >= 1 && port <= 65_535 ? { transport, host, port } : undefined
}

const https = (spelling: string): ResolverAddress | undefined => {
  // RFC 8484 4.1 spells the address as a template; its query part is for GET, which is never used.
  const text = spelling.replace(/\{\?dns\}$/, "")
  if (!URL.canParse(text)) return undefined
  const { hash, href, password, username } = new URL(text)
  return username + password + hash === "" ? { transport: "https", url: href } : undefined
}

/** A zone such as `%eth0` may follow: the system's own resolvers are sometimes link-local. */
const isV6 = (text: string): boolean => {
  const [, address] = /^([0-9a-f:.]+)(?:%[\w.-]+)?$/i.exec(text) ?? []
  return address?.includes(":") === true && URL.canParse(`http://[${address}]`)
}

const isHostName = (text: string): boolean =>
  /^[\d.]+$/.test(text)
    ? /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split(".").every((byte) => Number(byte) <= 255)
    : text.length <= 253 &&
      /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(text)
