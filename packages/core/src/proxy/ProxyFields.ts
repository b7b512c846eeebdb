import { Effect, Schema } from "effect"
import type { NewProxy } from "./Proxies.ts"
import { InvalidProxy, type Proxy, ProxyProtocol } from "./Proxy.ts"
import * as ProxyAddress from "./ProxyAddress.ts"

/** The columns a person sets, the secret aside. */
export type ProxyFields = Partial<
  Pick<
    Proxy,
    | "name"
    | "description"
    | "address"
    | "host"
    | "port"
    | "protocol"
    | "username"
    | "isEnabled"
    | "city"
    | "countryCode"
    | "provider"
  >
>

/** The fields that are given, if they are acceptable: an address in one form, and with it its parts. */
export const read = Effect.fnUntraced(function* ({
  password: _,
  ...given
}: Partial<NewProxy>): Effect.fn.Return<ProxyFields, InvalidProxy> {
  if (given.name !== undefined && given.name.trim() === "") {
    return yield* new InvalidProxy({ path: "name", reason: "is empty" })
  }
  if (given.protocol !== undefined && !isProtocol(given.protocol)) {
    return yield* new InvalidProxy({ path: "protocol", reason: `expected ${ProxyProtocol.literals.join(", ")}` })
  }
  // Keys and values are those of `given`; the type of `fromEntries` forgets which belongs to which.
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ProxyFields
  if (given.address === undefined) return fields
  const place = ProxyAddress.parse(given.address)
  if (place === undefined) return yield* new InvalidProxy({ path: "address", reason: ProxyAddress.expected })
  return { ...fields, ...place, address: given.address.toLowerCase() }
})

const isProtocol = Schema.is(ProxyProtocol)
