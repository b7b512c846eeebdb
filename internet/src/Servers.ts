import { setTimeout as sleep } from "node:timers/promises"
import * as DnsServer from "./dns/DnsServer.ts"
import { block, type Network, single } from "./Network.ts"
import * as WebServer from "./web/WebServer.ts"

/** The servers of one internet, running in this process. */
export interface Servers {
  readonly network: Network
  /** The certificate that clients must trust, in PEM. */
  readonly authority: string
  readonly counts: () => Counts
  readonly stop: () => Promise<void>
}

export interface Counts {
  readonly dns: DnsServer.DnsCounts
  readonly web: WebServer.WebCounts
}

export interface Options {
  /** The usual addresses are 127.`block`.0.x (83); the next blocks are taken while these are in use. */
  readonly block?: number
  /**
   * How long to wait for the usual addresses before taking others, in milliseconds (1,000).
   * A run that was killed leaves its internet behind for a moment, and the next run should find the same addresses.
   */
  readonly patienceMillis?: number
  /** Whether names may have `::1` (true). There is only one: the second internet of a machine does without. */
  readonly ipv6?: boolean
}

/** Starts all servers on the first network that is free; where only 127.0.0.1 exists, everything stands there. */
export const start = async (options: Options = {}): Promise<Servers> => {
  const { patienceMillis = 1_000, ipv6 = true } = options
  const first = options.block ?? usualBlock
  const deadline = Date.now() + patienceMillis
  let network = ipv6 ? block(first) : { ...block(first), ipv6: null }
  for (;;) {
    try {
      return await open(network)
    } catch (error) {
      if (!isListenError(error)) throw error
      if (error.code === "EADDRINUSE" && Date.now() < deadline) await sleep(50)
      else network = elsewhere(first, network, error)
    }
  }
}

const usualBlock = 83

/** Internets of one machine that can stand side by side. */
const mostBlocks = 32

/** The network to try when `error` kept `network` from opening; throws when none is left. */
const elsewhere = (first: number, network: Network, error: ListenError): Network => {
  if (error.address === "::1") return { ...network, ipv6: null }
  const current = Number(network.doors.both.split(".")[1])
  if (error.code === "EADDRNOTAVAIL" && current === first) return { ...single, ipv6: network.ipv6 }
  if (error.code === "EADDRINUSE" && current >= first && current + 1 < first + mostBlocks)
    return { ...block(current + 1), ipv6: network.ipv6 }
  throw new Error(`cannot listen on ${error.address}:${error.port} (${error.code}); is another program using it?`, {
    cause: error
  })
}

const open = async (network: Network): Promise<Servers> => {
  const dns = await DnsServer.start(network)
  const web = await WebServer.start(network).catch(async (error) => {
    await dns.stop()
    throw error
  })
  return {
    network,
    authority: web.authority,
    counts: () => ({ dns: dns.counts(), web: web.counts() }),
    stop: async () => {
      await Promise.all([dns.stop(), web.stop()])
    }
  }
}

interface ListenError extends Error {
  readonly code: "EADDRINUSE" | "EADDRNOTAVAIL"
  readonly address: string
  readonly port: number
}

const isListenError = (error: unknown): error is ListenError =>
  error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EADDRNOTAVAIL")
