import { Proxy, ProxyStrategy } from "@domainflow/core/proxy/Proxy"
import { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { assert, describe, it } from "@effect/vitest"
import type { Array as Arr } from "effect"
import fc from "fast-check"
import { type Candidate, strategies } from "../../src/proxy/Strategy.ts"

const candidate = (n: number, latencyMs: number | null = null, weight = 1): Candidate => ({
  proxy: new Proxy({
    id: ProxyId.make(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`),
    name: `p${n}`,
    description: null,
    address: `p${n}.test:1080`,
    protocol: "socks5",
    username: null,
    host: null,
    port: null,
    isEnabled: true,
    isHealthy: true,
    lastStatus: null,
    lastCheckedAt: null,
    latencyMs: null,
    city: null,
    countryCode: null,
    provider: null,
    createdAt: new Date(0),
    updatedAt: new Date(0)
  }),
  latencyMs,
  weight
})

type Candidates = Arr.NonEmptyReadonlyArray<Candidate>
const three: Candidates = [candidate(0, 30, 3), candidate(1, 10), candidate(2, null, 2)]

/** The names chosen in so many turns. */
const chosen = (strategy: ProxyStrategy, healthy: Candidates, turns: number, chance = 0) =>
  Array.from({ length: turns }, (_, turn) => strategies[strategy](healthy, turn, chance).proxy.name)

describe("Strategy", () => {
  it("round_robin takes turns", () => {
    assert.deepStrictEqual(chosen("round_robin", three, 4), ["p0", "p1", "p2", "p0"])
  })

  it("weighted keeps exact proportions over a cycle", () => {
    assert.deepStrictEqual(chosen("weighted", three, 7), ["p0", "p0", "p0", "p1", "p2", "p2", "p0"])
    assert.strictEqual(
      chosen("weighted", [candidate(0, null, 3), candidate(1)], 8).filter((name) => name === "p0").length,
      6
    )
  })

  it("failover stays with the first", () => {
    assert.deepStrictEqual(chosen("failover", three, 3), ["p0", "p0", "p0"])
  })

  it("least_latency takes the fastest, one never measured last", () => {
    assert.deepStrictEqual(chosen("least_latency", three, 2), ["p1", "p1"])
    assert.deepStrictEqual(chosen("least_latency", [candidate(0), candidate(1, 9_000)], 1), ["p1"])
  })

  it("random follows chance alone", () => {
    for (const [chance, name] of [
      [0, "p0"],
      [0.34, "p1"],
      [0.999, "p2"]
    ] as const)
      assert.deepStrictEqual(chosen("random", three, 2, chance), [name, name])
  })

  it("whatever the turn and the chance, the choice is one of the healthy", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.option(fc.nat()), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (made, turn, chance) => {
          const [first, ...rest] = made.map(([latency, weight], n) => candidate(n, latency, weight))
          const healthy: Candidates = [first!, ...rest]
          for (const strategy of ProxyStrategy.literals)
            assert.include(healthy, strategies[strategy](healthy, turn, chance))
        }
      )
    )
  })
})
