import { Schema } from "effect"
import { expected, parse, Resolver } from "../dns/Resolver.ts"
import { or } from "./Setting.ts"

/** How the next resolver is chosen. */
export const ResolverStrategy = Schema.Literals([
  "random_rotation",
  "weighted_rotation",
  "sequential_failover",
  "specific_order"
])
export type ResolverStrategy = typeof ResolverStrategy.Type

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

// A record's key schema selects keys rather than refusing them: a misspelt resolver would vanish.
const Weights = Schema.Record(Schema.String, whole(1, 1_000)).check(
  Schema.makeFilter((weights) =>
    Object.keys(weights)
      .filter((key) => parse(key) === undefined)
      .map((key) => ({ path: [key], issue: expected }))
  )
)

const fields = {
  resolvers: or(Schema.Array(Resolver), []),
  /** Asks the resolvers of the operating system too, after the listed ones. */
  useSystemResolvers: or(Schema.Boolean, false),
  /** How long one question waits for its answer. */
  queryTimeoutSeconds: or(Schema.Finite.check(Schema.isBetween({ minimum: 0.05, maximum: 300 })), 5),
  /** Names taken from one request before another that waits has its turn. */
  maxDomainsPerRequest: or(whole(1, 100_000), 100),
  resolverStrategy: or(ResolverStrategy, "random_rotation"),
  /** Turns of each resolver within a cycle of `weighted_rotation`; a listed resolver without a weight has one. */
  resolversWeighted: or(Weights, {}),
  /** The order of `specific_order`; listed resolvers that it leaves out come last. */
  resolversPreferredOrder: or(Schema.Array(Resolver), []),
  /** Resolvers asked about one name at the same time; the first good answer counts. */
  concurrentQueriesPerDomain: or(whole(1, 16), 1),
  /** A question waits between these two, both included, before it is sent. */
  queryDelayMinMs: or(whole(0, 60_000), 0),
  /** At least `queryDelayMinMs`, and equal to it when absent. */
  queryDelayMaxMs: or(Schema.NullOr(whole(0, 60_000)), null),
  /**
   * Questions in flight at the same time, those that wait for their delay included. 256 is what an ordinary resolver
   * keeps for us while it is busy; a fast one of one's own takes thousands.
   */
  maxConcurrentGoroutines: or(whole(1, 50_000), 256),
  /** Tries begun a second, over all resolvers; 0: no limit. */
  rateLimitDps: or(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })), 0),
  /** Tries that may begin at once after a rest; 0: as many as a tenth of a second allows. */
  rateLimitBurst: or(whole(0, 1_000_000), 0)
}

/** How names are resolved: `personas.config_details` of a persona of type `dns`. Unknown keys are kept as they are. */
export const DnsPersona = Schema.StructWithRest(Schema.Struct(fields), [
  Schema.Record(Schema.String, Schema.Unknown)
]).check(
  Schema.makeFilter(({ queryDelayMaxMs, queryDelayMinMs }) =>
    queryDelayMaxMs !== null && queryDelayMaxMs < queryDelayMinMs
      ? { path: ["queryDelayMaxMs"], issue: `expected at least queryDelayMinMs, which is ${queryDelayMinMs}` }
      : undefined
  )
)
export type DnsPersona = typeof DnsPersona.Type

/** A persona of these settings, the others at their defaults. Throws where a setting is out of range. */
export const make = (settings: Partial<(typeof DnsPersona)["Encoded"]>): DnsPersona =>
  Schema.decodeSync(DnsPersona)(settings)
