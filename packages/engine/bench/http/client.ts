/** Fetches as one client does, in a process of its own: what one leaves in heap and compiled code slows no other down. */
import { type Client, type Scheme, stage, undiciFetch, undiciRequest, visit } from "./clients.ts"
import type { Ready } from "./server.ts"

const clients = { visit, stage, undiciFetch, undiciRequest }

export interface Ask {
  readonly client: keyof typeof clients
  readonly scheme: Scheme
  readonly server: Ready
  /** The pages of so many hosts, from `first` on. */
  readonly first: number
  readonly count: number
}

export interface Told {
  readonly seconds: number
  /** Seconds of processor time. */
  readonly cpu: number
}

const made = new Map<string, Client>()

process.on("disconnect", () => process.exit())
process.on("message", async ({ client, count, first, scheme, server }: Ask) => {
  const fetchPages = made.get(scheme) ?? clients[client](server, scheme)
  made.set(scheme, fetchPages)
  const before = process.cpuUsage()
  const start = performance.now()
  await fetchPages(first, count)
  const seconds = (performance.now() - start) / 1_000
  const { system, user } = process.cpuUsage(before)
  process.send?.({ seconds, cpu: (user + system) / 1_000_000 } satisfies Told)
})
