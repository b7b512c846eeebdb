import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { ConfigStates } from "@domainflow/core/generation/ConfigStates"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

layer(Stores.layer)("a change and its audit entry are one", (it) => {
  it.effect("where the entry cannot be written nothing has changed", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaigns = yield* Campaigns
      const personas = yield* Personas
      const sets = yield* KeywordSets
      const proxies = yield* Proxies
      const campaign = yield* Scene.generation()
      const persona = yield* Scene.persona("dns")
      const set = yield* sets.create({ name: "before", rules: [] })
      const proxy = yield* proxies.create({ name: "before", address: "before:1", protocol: "http" })
      const pattern = Scene.pattern()
      const hash = yield* Effect.flatMap(Enumeration.make(pattern), Enumeration.configHash)
      const everything = Effect.all([
        campaigns.page({}),
        personas.page({}),
        sets.page(),
        proxies.page(),
        ConfigStates.use((states) => states.get(hash))
      ])
      const before = yield* everything

      yield* sql`alter table audit_logs add constraint closed check (action = 'nothing') not valid`
      const { _tag, ...generation } = pattern
      const refused: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
        campaigns.create({ name: "after", params: pattern }),
        campaigns.createPipeline({ name: "after", generation, dns: { personaIds: [persona.id] } }),
        campaigns.move(campaign.id, "queued"),
        campaigns.remove(campaign.id),
        personas.create({ name: "after", personaType: "dns", configDetails: {} }),
        personas.update(persona.id, { isEnabled: false }),
        personas.remove(persona.id),
        sets.create({ name: "after", rules: [] }),
        sets.update(set.id, { name: "after" }),
        sets.remove(set.id),
        proxies.create({ name: "after", address: "after:1", protocol: "http" }),
        proxies.update(proxy.id, { name: "after" }),
        proxies.remove(proxy.id)
      ]
      for (const change of refused) assert.strictEqual((yield* Effect.flip(change))._tag, "StoreError")

      assert.deepStrictEqual(yield* everything, before)
      assert.isTrue(Option.isNone(before[4]))
      yield* sql`alter table audit_logs drop constraint closed`
      yield* campaigns.move(campaign.id, "queued")
    })
  )
})
