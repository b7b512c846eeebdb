import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Memory } from "@domainflow/core/Memory"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import type { ProxyProtocol } from "@domainflow/core/proxy/Proxy"
import { Effect, Layer, Redacted } from "effect"
import * as ProxySelector from "../../../src/proxy/ProxySelector.ts"
import type { Running } from "./proxies.ts"

export interface Login {
  readonly username: string
  readonly password: string
}

let made = 0

/** A row for a proxy that runs, or is said to. */
export const row = (protocol: ProxyProtocol, { address }: Pick<Running, "address">, login?: Login) =>
  Effect.flatMap(Proxies, (proxies) =>
    proxies.create({
      name: `proxy ${++made}`,
      address,
      protocol,
      ...(login === undefined ? {} : { username: login.username, password: Redacted.make(login.password) })
    })
  )

/** Chooses among these rows. */
export const selector = (
  rows: ReadonlyArray<{ readonly id: ProxySelector.ProxySelectorOptions["proxyIds"][number] }>,
  options: Partial<ProxySelector.ProxySelectorOptions> = {}
) => ProxySelector.make({ proxyIds: rows.map(({ id }) => id), ...options })

export const stores = Proxies.layerMemory.pipe(Layer.provide(AuditLog.layerMemory), Layer.provide(Memory.layer))
