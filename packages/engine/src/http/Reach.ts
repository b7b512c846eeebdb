import { isIP } from "node:net"
import { DomainName } from "@domainflow/core/DomainName"
import { Effect, Schema } from "effect"
import { type Fault, fault } from "./Fault.ts"
import type { Guard } from "./Guard.ts"
import type { Limits } from "./Limits.ts"
import type { Lookup } from "./Lookup.ts"

export interface Finder {
  readonly lookup: Lookup
  readonly guard: Guard
  readonly limits: Limits
}

/** Finds the addresses at which the host of a URL may be dialled: what is found here is all that is ever connected to. */
export const make = ({ guard, limits, lookup }: Finder) =>
  Effect.fnUntraced(function* (hostname: string): Effect.fn.Return<ReadonlyArray<string>, Fault> {
    // A copy: what remembers addresses by it would keep the whole of a long URL in memory.
    const host = Buffer.from(bare(hostname).replace(/\.$/, ""), "latin1").toString("latin1")
    const addresses =
      isIP(host) !== 0
        ? [host]
        : host === "localhost" || host.endsWith(".localhost")
          ? loopback
          : isName(host)
            ? yield* Effect.catchTag(lookup(host), "LookupFailure", ({ reason, transient }) =>
                Effect.fail(fault("DNSError", `${host} does not resolve: ${reason}`, transient))
              )
            : []
    const first = addresses[0]
    if (first === undefined) return yield* Effect.fail(fault("DNSError", `${host} does not resolve`))
    const allowed = addresses.filter((address) => guard.refusal(address) === null)
    if (allowed.length === 0) return yield* Effect.fail(fault("Unreachable", guard.refusal(first) ?? ""))
    return allowed.slice(0, limits.addresses)
  })

/** Without the brackets that URLs put around addresses of version 6. */
export const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "")

/** RFC 6761 6.3: names that no resolver is asked about. */
const loopback = ["127.0.0.1", "::1"]
const isName = Schema.is(DomainName)
