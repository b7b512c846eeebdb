import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { CampaignId } from "../../src/campaign/CampaignId.ts"
import { Campaigns } from "../../src/campaign/Campaigns.ts"
import * as Readiness from "../../src/campaign/Readiness.ts"
import * as Start from "../../src/campaign/Start.ts"
import type { HttpParams } from "../../src/http/HttpParams.ts"
import { KeywordSetId } from "../../src/keyword/KeywordSetId.ts"
import { KeywordSets } from "../../src/keyword/KeywordSets.ts"
import { Memory } from "../../src/Memory.ts"
import { Persona } from "../../src/persona/Persona.ts"
import { PersonaId } from "../../src/persona/PersonaId.ts"
import { Personas } from "../../src/persona/Personas.ts"
import { Proxies } from "../../src/proxy/Proxies.ts"
import { ProxyId } from "../../src/proxy/ProxyId.ts"
import * as Stores from "../../src/Stores.ts"
import * as Scene from "../../src/testing/Scene.ts"
import * as TestRegex from "../../src/testing/TestRegex.ts"

const nobody = "00000000-0000-4000-8000-00000000dead"
const noPersona = PersonaId.make(nobody)
const noSet = KeywordSetId.make(nobody)
const noProxy = ProxyId.make(nobody)

/** The tables are in reach, to put rows into them that this release would refuse. */
const Everything = Stores.layerTables.pipe(Layer.provideMerge(Memory.layer), Layer.provideMerge(TestRegex.layer))

const disabledPersona = Effect.gen(function* () {
  const { id } = yield* Scene.persona("http")
  yield* Personas.use((personas) => personas.update(id, { isEnabled: false }))
  return id
})

/** As an earlier installation may have kept it. */
const brokenPersona = Effect.gen(function* () {
  const persona = yield* Scene.persona("http")
  const { personas } = yield* Memory
  personas.set(persona.id, new Persona({ ...persona, configDetails: { requestTimeoutSeconds: -1 } }))
  return persona.id
})

const http = Effect.fnUntraced(function* (fields: Parameters<typeof Scene.http>[1]) {
  const { campaign: source } = yield* Scene.spelled(1)
  return yield* Scene.http(source.id, { sourceType: "DomainGeneration", ...fields })
})

const params = (id: CampaignId) =>
  // The scene has made an HTTP campaign.
  Campaigns.use((campaigns) => campaigns.params(id)) as Effect.Effect<HttpParams>

layer(Everything)("a campaign starts", (it) => {
  it.effect("with all that it names, read and in its order", () =>
    Effect.gen(function* () {
      const first = yield* Scene.persona("http", { userAgent: "one", theirs: 1 })
      const second = yield* Scene.persona("http", { userAgent: "two" })
      const sets = yield* KeywordSets
      const set = yield* sets.create({ name: Scene.word(), rules: [{ pattern: "anvil", ruleType: "string" }] })
      const proxies = yield* Proxies
      const proxy = yield* proxies.create({ name: Scene.word(), address: "proxy.example:3128", protocol: "http" })
      const { id } = yield* http({
        personaIds: [second.id, first.id, second.id],
        keywordSetIds: [set.id],
        proxyIds: [proxy.id]
      })

      const ready = yield* Readiness.http(yield* params(id))

      assert.deepStrictEqual(
        ready.personas.map(({ config, id }) => [id, config.userAgent]),
        [
          [second.id, "two"],
          [first.id, "one"],
          [second.id, "two"]
        ]
      )
      assert.deepStrictEqual(ready.keywordSets, [
        {
          id: set.id,
          name: set.name,
          rules: [{ pattern: "anvil", ruleType: "string", isCaseSensitive: false, contextChars: 50 }]
        }
      ])
      assert.deepStrictEqual(ready.proxies, [proxy])
      assert.strictEqual((yield* Start.start(id)).status, "queued")
    })
  )

  it.effect("not as personas that are missing, disabled, of the other type or unreadable, and says all of them", () =>
    Effect.gen(function* () {
      const good = yield* Scene.persona("http")
      const dns = yield* Scene.persona("dns")
      const disabled = yield* disabledPersona
      const broken = yield* brokenPersona
      const { id } = yield* http({ personaIds: [good.id, noPersona, dns.id, disabled, broken] })

      const error = yield* Effect.flip(Start.start(id))

      assert.deepInclude(error, {
        _tag: "PersonasUnusable",
        personas: [
          { personaId: noPersona, reason: "it does not exist" },
          { personaId: dns.id, reason: "it is of type dns, expected http" },
          { personaId: disabled, reason: "it is disabled" },
          {
            personaId: broken,
            reason: "configDetails.requestTimeoutSeconds: Expected a value greater than 0"
          }
        ]
      })
      assert.include(error.message, disabled)
      assert.notInclude(error.message, good.id)
      assert.strictEqual((yield* Campaigns.use((campaigns) => campaigns.get(id))).status, "pending")
    })
  )

  it.effect("not for sets that are missing, disabled or refused", () =>
    Effect.gen(function* () {
      const sets = yield* KeywordSets
      const disabled = yield* sets.create({ name: Scene.word(), rules: [], isEnabled: false })
      const elder = yield* sets.create({ name: Scene.word(), rules: [] })
      const { keywordSets } = yield* Memory
      keywordSets.set(elder.id, { ...elder, rules: [{ pattern: "a(?=b)", ruleType: "regex" }] } as typeof elder)
      const { id } = yield* http({ keywordSetIds: [noSet, disabled.id, elder.id] })

      const error = yield* Effect.flip(Start.start(id))

      assert.deepInclude(error, {
        _tag: "KeywordSetsUnusable",
        keywordSets: [
          { keywordSetId: noSet, reason: "it does not exist" },
          { keywordSetId: disabled.id, reason: "it is disabled" },
          { keywordSetId: elder.id, reason: "keyword rule 0, pattern: no lookaround and no back-references" }
        ]
      })
    })
  )

  it.effect("not through proxies that are missing or disabled; an unhealthy one may be well again", () =>
    Effect.gen(function* () {
      const proxies = yield* Proxies
      const disabled = yield* proxies.create({
        name: Scene.word(),
        address: `${Scene.word()}:1`,
        protocol: "http",
        isEnabled: false
      })
      const unwell = yield* proxies.create({ name: Scene.word(), address: `${Scene.word()}:1`, protocol: "http" })
      yield* proxies.report(unwell.id, { isHealthy: false, lastStatus: "connect refused", latencyMs: null })
      const { id } = yield* http({ proxyIds: [disabled.id, unwell.id, noProxy] })
      const { id: other } = yield* http({ proxyIds: [unwell.id] })

      assert.deepInclude(yield* Effect.flip(Start.start(id)), {
        _tag: "ProxiesUnusable",
        proxies: [
          { proxyId: disabled.id, reason: "it is disabled" },
          { proxyId: noProxy, reason: "it does not exist" }
        ]
      })
      assert.strictEqual((yield* Start.start(other)).status, "queued")
    })
  )

  it.effect("once", () =>
    Effect.gen(function* () {
      const { id } = yield* Scene.generation()
      yield* Start.start(id)
      assert.deepInclude(yield* Effect.flip(Start.start(id)), { _tag: "IllegalTransition", from: "queued" })
    })
  )
})
