import dns from "node:dns"
import { parse } from "@domainflow/core/dns/Resolver"
import type { DnsPersona } from "@domainflow/core/persona/DnsPersona"
import { Array, Effect, Result } from "effect"
import { type Cycle, type Strategy, strategies } from "./Strategy.ts"
import * as Upstream from "./Upstream.ts"

/** Questions in flight by one port; systems keep little more than these for a socket by default. */
const questionsPerPort = 256
const maxPorts = 4

/** The resolvers of a persona and whose turn it is. The state of a strategy lives as long as its stage. */
export class Resolvers {
  private moves = 0
  private readonly upstreams: Array.NonEmptyReadonlyArray<Upstream.Upstream>
  private readonly strategy: Strategy
  private readonly cycle: Cycle

  constructor(upstreams: Array.NonEmptyReadonlyArray<Upstream.Upstream>, strategy: Strategy, cycle: Cycle) {
    this.upstreams = upstreams
    this.strategy = strategy
    this.cycle = cycle
  }

  /** None of them is asked by datagrams. */
  get areStreams(): boolean {
    return this.upstreams.every(({ transport }) => transport.name !== "udp")
  }

  get size(): number {
    return this.upstreams.length
  }

  /** Whom to ask about the name begun as the `turn`th; `asked` were asked about it before, `beside` in this try. */
  pick(turn: number, asked: number, beside: number): Upstream.Upstream {
    // Every place of a cycle is one of the list it was made from.
    return this.upstreams[this.strategy.pick(this.cycle, { turn, asked, beside, moves: this.moves })]!
  }

  /** Only the fault of the resolver that names stay with moves them on: those of one they left come late. */
  faulted(upstream: Upstream.Upstream): void {
    if (this.pick(0, 0, 0) === upstream) this.moves++
  }
}

/** Opens the resolvers of a persona. One that cannot be reached fails its questions, unless none can be. */
export const make = Effect.fnUntraced(function* (
  persona: DnsPersona,
  common: Omit<Upstream.Common, "ports">,
  below: (n: number) => number
) {
  const resolvers = spellings(persona)
  if (!Array.isReadonlyArrayNonEmpty(resolvers)) {
    const reason = "the persona lists no resolver and does not ask those of the system"
    return yield* new Upstream.NoResolver({ resolver: "", reason })
  }
  const needed = Math.ceil(persona.maxConcurrentGoroutines / resolvers.length / questionsPerPort)
  const all = { ...common, ports: Math.min(needed, maxPorts) }
  const opened = yield* Effect.forEach(
    resolvers,
    (spelling, place) => Effect.result(Upstream.open(spelling, place, all)),
    { concurrency: "unbounded" }
  )
  const [refused] = Array.getFailures(opened)
  if (refused !== undefined && opened.every(Result.isFailure)) return yield* refused
  const upstreams = Array.map(opened, (result, place) =>
    Result.getOrElse(result, (reason) => Upstream.absent(place, reason, all))
  )
  const strategy = strategies[persona.resolverStrategy]
  const listed = { resolvers, weights: persona.resolversWeighted, preferred: persona.resolversPreferredOrder }
  return new Resolvers(upstreams, strategy, strategy.cycle(listed, below))
})

/** Every resolver that may be asked, once: the listed ones, those the strategy names besides, then the system's. */
const spellings = (persona: DnsPersona): ReadonlyArray<string> => {
  const named: Record<DnsPersona["resolverStrategy"], ReadonlyArray<string>> = {
    random_rotation: [],
    weighted_rotation: Object.keys(persona.resolversWeighted),
    sequential_failover: [],
    specific_order: persona.resolversPreferredOrder
  }
  // The default export: only that one follows `dns.setServers` of the host.
  const system = persona.useSystemResolvers ? dns.getServers().filter((server) => parse(server) !== undefined) : []
  return [...new Set([...persona.resolvers, ...named[persona.resolverStrategy], ...system])]
}
