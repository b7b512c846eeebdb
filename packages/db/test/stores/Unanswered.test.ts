import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Email } from "@domainflow/core/auth/User"
import { Users } from "@domainflow/core/auth/Users"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { ConfigStates } from "@domainflow/core/generation/ConfigStates"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import { manage } from "@domainflow/core/testing/authFixture"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as UsersOfDb from "../../src/auth/Users.ts"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import * as Lossy from "../support/Lossy.ts"
import * as Stores from "../support/Stores.ts"

it.live(
  "what is created is there once and answered, also where the connection broke before the commit was answered",
  () =>
    Effect.gen(function* () {
      const road = yield* Lossy.make(yield* Database.fresh("migrated"))
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const campaigns = yield* Campaigns
        const personas = yield* Personas
        const sets = yield* KeywordSets
        const proxies = yield* Proxies
        const users = yield* Users
        const audit = yield* AuditLog
        const dns = yield* Scene.persona("dns")
        const { _tag, ...generation } = Scene.pattern({ constantString: "piped", numDomainsToGenerate: 7 })
        // All there is: a second one would be told that nothing is left.
        const whole = Scene.pattern({ constantString: "whole", numDomainsToGenerate: 0 })
        const hash = yield* Effect.flatMap(Enumeration.make(whole), Enumeration.configHash)
        const rows = Effect.map(
          sql<Record<string, bigint>>`
            select (select count(*) from campaigns) as campaigns, (select count(*) from personas) as personas,
              (select count(*) from keyword_sets) as sets, (select count(*) from proxies) as proxies,
              (select count(*) from auth.users) as users, (select count(*) from audit_logs) as lines
          `,
          ([counts]) => counts!
        )
        const password = Redacted.make("s3cret")
        const creations: Record<string, readonly [Effect.Effect<unknown, unknown>, Record<string, bigint>]> = {
          campaign: [
            Effect.map(campaigns.create({ name: "whole", params: whole }), ({ id, name }) => ({ id, name })),
            { campaigns: 1n, lines: 1n }
          ],
          pipeline: [
            campaigns.createPipeline({ name: "all", generation, dns: { personaIds: [dns.id] } }),
            { campaigns: 2n, lines: 2n }
          ],
          persona: [
            personas.create({ name: "once", personaType: "dns", configDetails: {} }),
            { personas: 1n, lines: 1n }
          ],
          set: [sets.create({ name: "once", rules: [] }), { sets: 1n, lines: 1n }],
          proxy: [
            proxies.create({ name: "once", address: "once:1", protocol: "http", password }),
            { proxies: 1n, lines: 1n }
          ],
          user: [
            users.create(manage, {
              email: Email.make("once@example.org"),
              password: { hash: password, pepperVersion: 1 },
              firstName: "Ada",
              lastName: "King",
              roles: []
            }),
            { users: 1n, lines: 1n }
          ],
          line: [audit.append({ action: "campaign.queued", entityId: dns.id }), { lines: 1n }]
        }

        for (const [what, [create, added]] of Object.entries(creations)) {
          const before = yield* rows
          road.lose(2)
          const made = yield* create
          assert.strictEqual(road.left(), 1, `${what}: the first answer is lost, and no second commit is needed`)
          road.lose(0)
          const after = yield* rows
          for (const [table, count] of Object.entries(after))
            assert.strictEqual(count - before[table]!, added[table] ?? 0n, `${what}: ${table}`)
          if (what !== "line") assert.isDefined(made)
        }

        const { items } = yield* campaigns.page({})
        assert.deepStrictEqual(items.map(({ name }) => name).toSorted(), ["all (DNS)", "all (generation)", "whole"])
        const state = Option.getOrThrow(yield* ConfigStates.use((states) => states.get(hash)))
        assert.strictEqual(state.lastOffset, items.find(({ name }) => name === "whole")!.totalItems)
        // What is refused is refused for what others have made.
        assert.strictEqual((yield* Effect.flip(sets.create({ name: "once", rules: [] })))._tag, "KeywordSetNameTaken")
        road.lose(0)
      }).pipe(
        Effect.provide(Layer.merge(Stores.layerClient, UsersOfDb.layer).pipe(Layer.provideMerge(Pg.layer(road.url))))
      )
    }).pipe(Effect.scoped),
  60_000
)
