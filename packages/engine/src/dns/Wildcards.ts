import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import type { Window } from "./Window.ts"

/** Names asked for in each zone. One would do; wildcards that answer with one of several addresses want more. */
const probes = 3
/** Long enough that nobody has registered it, short enough for most zones. */
const labelLength = 16
const shortestLabel = 8
const longestName = 253
/** How long a zone is remembered. Wildcards are set up for years. */
const memoryMillis = 600_000
/** The same for one whose resolvers gave no answer. */
const doubtMillis = 30_000
/** Zones remembered; the oldest goes. */
const maxZones = 10_000

interface Zone {
  /** What any name there has: addresses and aliases. Empty where there is no wildcard. */
  readonly common: Set<string>
  readonly until: number
}

/**
 * Tells the names that exist from those that a wildcard answers for (RFC 4592), by asking for names that nobody has
 * chosen beside them. Every zone is asked once and remembered; a wildcard is said, not hidden.
 */
export class Wildcards {
  private readonly zones = new Map<string, Zone | { readonly waiting: Array<() => void> }>()
  private readonly window: Window
  private readonly now: () => number
  private readonly below: (n: number) => number

  constructor(window: Window, now: () => number, below: (n: number) => number) {
    this.window = window
    this.now = now
    this.below = below
  }

  /** Tells the verdict on `name`, marked where its zone answers any name like it; at once where the zone is known. */
  inspect(name: string, verdict: DnsVerdict, tell: (verdict: DnsVerdict) => void) {
    const zone = name.slice(name.indexOf(".") + 1)
    const length = Math.min(labelLength, longestName - zone.length - 1)
    if (verdict.status !== "Resolved" || length < shortestLabel) return tell(verdict)
    const known = this.zones.get(zone)
    if (known !== undefined && "waiting" in known) {
      known.waiting.push(() => this.inspect(name, verdict, tell))
    } else if (known !== undefined && known.until > this.now()) {
      tell(marked(verdict, known))
    } else {
      this.probe(zone, length, () => this.inspect(name, verdict, tell))
    }
  }

  private probe(zone: string, length: number, waiter: () => void): void {
    const waiting = [waiter]
    const common = new Set<string>()
    let left = probes
    let inDoubt = false
    this.remember(zone, { waiting })
    const names = Array.from({ length: probes }, () => `${this.label(length)}.${zone}`)
    const deliver = (_: number, { records, status }: DnsVerdict) => {
      inDoubt ||= status === "Error"
      if (status === "Resolved") for (const one of [...(records?.ips ?? []), ...(records?.cname ?? [])]) common.add(one)
      if (--left > 0) return
      const isInDoubt = inDoubt && common.size === 0
      this.remember(zone, { common, until: this.now() + (isInDoubt ? doubtMillis : memoryMillis) })
      for (const inspect of waiting) inspect()
    }
    // Before all others: names wait for it.
    this.window.start({ names, next: 0, deliver }, true)
  }

  private remember(zone: string, state: Zone | { readonly waiting: Array<() => void> }): void {
    this.zones.delete(zone)
    this.zones.set(zone, state)
    const [oldest] = this.zones.keys()
    if (this.zones.size > maxZones && oldest !== undefined) this.zones.delete(oldest)
  }

  private label(length: number): string {
    let label = ""
    while (label.length < length) label += this.below(36).toString(36)
    return label
  }
}

const marked = (verdict: DnsVerdict, { common }: Zone): DnsVerdict => {
  const { records } = verdict
  if (common.size === 0 || records === null) return verdict
  return records.ips.some((ip) => common.has(ip)) || records.cname.some((alias) => common.has(alias))
    ? { ...verdict, records: { ...records, wildcard: true } }
    : verdict
}
