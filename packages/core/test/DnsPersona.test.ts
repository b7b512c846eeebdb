import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { DnsPersona } from "../src/persona/DnsPersona.ts"

const decode = Schema.decodeUnknownResult(DnsPersona)
const refusal = (details: unknown): string => {
  const result = decode(details)
  assert.isTrue(Result.isFailure(result), `accepted ${JSON.stringify(details)}`)
  return String(Result.isFailure(result) ? result.failure : "")
}

describe("DnsPersona", () => {
  it("fills in every default", () => {
    assert.deepStrictEqual(Result.getOrThrow(decode({})), {
      resolvers: [],
      useSystemResolvers: false,
      queryTimeoutSeconds: 5,
      maxDomainsPerRequest: 100,
      resolverStrategy: "random_rotation",
      resolversWeighted: {},
      resolversPreferredOrder: [],
      concurrentQueriesPerDomain: 1,
      queryDelayMinMs: 0,
      queryDelayMaxMs: null,
      maxConcurrentGoroutines: 256,
      rateLimitDps: 0,
      rateLimitBurst: 0
    })
  })

  it("reads null as absent, as earlier installations wrote it", () => {
    const nothing = Result.getOrThrow(decode({}))
    const nulls = Object.fromEntries(Object.keys(nothing).map((key) => [key, null]))
    assert.deepStrictEqual(Result.getOrThrow(decode(nulls)), nothing)
  })

  it("keeps the keys it does not know", () => {
    const settled = Object.keys(Result.getOrThrow(decode({})))
    const unknown = fc.dictionary(
      fc.string().filter((key) => ![...settled, "__proto__"].includes(key)),
      fc.jsonValue()
    )
    fc.assert(
      fc.property(unknown, (extra) => {
        const persona = Result.getOrThrow(decode({ resolvers: ["192.0.2.1"], ...extra }))
        const stored = Schema.encodeSync(DnsPersona)(persona)
        for (const key of Object.keys(extra)) assert.deepStrictEqual(stored[key], extra[key])
        assert.deepStrictEqual(stored["resolvers"], ["192.0.2.1"])
      })
    )
  })

  it.each([
    [{ resolvers: ["192.0.2.1", "not a host"] }, '["resolvers"][1]'],
    [{ resolvers: "192.0.2.1" }, '["resolvers"]'],
    [{ queryTimeoutSeconds: 0 }, '["queryTimeoutSeconds"]'],
    [{ queryTimeoutSeconds: 301 }, '["queryTimeoutSeconds"]'],
    [{ maxDomainsPerRequest: 0 }, '["maxDomainsPerRequest"]'],
    [{ resolverStrategy: "round_robin" }, '["resolverStrategy"]'],
    [{ resolversWeighted: { "192.0.2.1": 0 } }, '["resolversWeighted"]["192.0.2.1"]'],
    [{ resolversWeighted: { "192.0.2.1": 1.5 } }, '["resolversWeighted"]["192.0.2.1"]'],
    [{ resolversWeighted: { "no host": 1 } }, '["resolversWeighted"]["no host"]'],
    [{ resolversPreferredOrder: ["http://x/"] }, '["resolversPreferredOrder"][0]'],
    [{ concurrentQueriesPerDomain: 17 }, '["concurrentQueriesPerDomain"]'],
    [{ queryDelayMinMs: -1 }, '["queryDelayMinMs"]'],
    [{ queryDelayMaxMs: 60_001 }, '["queryDelayMaxMs"]'],
    [{ queryDelayMinMs: 20, queryDelayMaxMs: 10 }, '["queryDelayMaxMs"]'],
    [{ maxConcurrentGoroutines: 0 }, '["maxConcurrentGoroutines"]'],
    [{ rateLimitDps: -1 }, '["rateLimitDps"]'],
    [{ rateLimitBurst: 0.5 }, '["rateLimitBurst"]'],
    [{ useSystemResolvers: "yes" }, '["useSystemResolvers"]']
  ])("refuses %o at its path", (details, path) => {
    assert.include(refusal(details), path)
  })
})
