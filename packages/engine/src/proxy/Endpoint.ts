import type { Proxy, ProxyProtocol } from "@domainflow/core/proxy/Proxy"
import * as ProxyAddress from "@domainflow/core/proxy/ProxyAddress"
import { Redacted } from "effect"

/** Where a proxy listens and how it is spoken to. */
export interface Endpoint extends ProxyAddress.ProxyAddress {
  readonly protocol: ProxyProtocol
  /** As the row spells it; for words. */
  readonly address: string
  readonly login: Login | null
}

export interface Login {
  readonly username: string
  readonly password: Redacted.Redacted
}

/** What is wrong where `of` finds none. The address is not repeated: people put credentials into it. */
export const noAddress = `the address is none: ${ProxyAddress.expected}`

/** The endpoint of a row; undefined where its address is none. A row without a protocol speaks HTTP. */
export const of = (proxy: Proxy, password: Redacted.Redacted | null): Endpoint | undefined => {
  const place = ProxyAddress.parse(proxy.address)
  return (
    place && {
      ...place,
      address: proxy.address,
      protocol: proxy.protocol ?? "http",
      login: proxy.username === null ? null : { username: proxy.username, password: password ?? Redacted.make("") }
    }
  )
}
