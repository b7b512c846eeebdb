/** Where a proxy listens. `host` has no brackets. */
export interface ProxyAddress {
  readonly host: string
  readonly port: number
}

/** Reads `host:port`, `1.2.3.4:port` or `[v6]:port`; undefined where it is none, credentials and schemes included. */
export const parse = (address: string): ProxyAddress | undefined => {
  const [, v6, name, digits] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)):([0-9]{1,5})$/i.exec(address) ?? []
  const host = v6 ?? name
  const port = Number(digits)
  if (host === undefined || port < 1 || port > 65_535 || host.length > 253) return undefined
  // A bracketed address is only one if the URL parser, which knows RFC 4291, takes it.
  if (v6 !== undefined && !URL.canParse(`http://[${v6}]/`)) return undefined
  return { host: host.toLowerCase(), port }
}

/** What `parse` wants. */
export const expected = "expected host:port without scheme or credentials, version 6 in brackets"
