import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option, Result } from "effect"
import { TestClock } from "effect/testing"
import { Actor, system } from "../audit/Actor.ts"
import { CampaignStatus, canMove } from "../campaign/Campaign.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

/** What every `Campaigns` promises about what becomes of a campaign: its changes, its moves, and what is written down of them. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Campaigns: changes and moves (${name})`, (it) => {
    it.effect("a change changes what it names, and says so", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const before = yield* campaigns.params(dns.id)
        const other = yield* Scene.persona("dns")

        const changed = yield* campaigns.update(dns.id, {
          name: "renamed",
          settings: { batchSize: 7, personaIds: [other.id] }
        })
        assert.deepInclude(changed, { id: dns.id, name: "renamed", metadata: dns.metadata, totalItems: dns.totalItems })
        assert.deepStrictEqual(yield* campaigns.get(dns.id), changed)
        const after = yield* campaigns.params(dns.id)
        assert.deepStrictEqual<object>({ ...after }, { ...before, batchSize: 7, personaIds: [other.id] })
        assert.deepInclude((yield* Scene.audited(dns.id)).at(-1), {
          action: "campaign.updated",
          details: {
            name: "renamed",
            campaignType: "dns_validation",
            changed: ["name", "settings.personaIds", "settings.batchSize"]
          }
        })

        assert.strictEqual((yield* campaigns.update(dns.id, { metadata: null })).metadata, null)
        const http = yield* Scene.http(dns.id, { proxySelectionStrategy: "random", adHocKeywords: ["anvil"] })
        yield* campaigns.update(http.id, {
          settings: { proxySelectionStrategy: null, adHocKeywords: [], targetHttpPorts: [8080], chaining: "after" }
        })
        assert.deepInclude(yield* campaigns.params(http.id), {
          proxySelectionStrategy: null,
          adHocKeywords: [],
          targetHttpPorts: [8080],
          chaining: "after",
          batchSize: 50
        })

        const lines = (yield* Scene.audited(dns.id)).length
        yield* campaigns.update(dns.id, {})
        yield* campaigns.update(dns.id, { settings: {} })
        assert.strictEqual((yield* Scene.audited(dns.id)).length, lines, "nothing given, nothing done")
      })
    )

    it.effect("a change that is wrong, or comes at the wrong time, changes nothing", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { campaign: source } = yield* Scene.spelled(3)
        const dns = yield* Scene.dns(source.id)
        const refused = [
          [dns.id, { name: "" }, "name"],
          [dns.id, { name: "x", settings: { batchSize: 0 } }, "settings.batchSize"],
          [dns.id, { settings: { personaIds: [] } }, "settings.personaIds[0]"],
          [dns.id, { settings: { adHocKeywords: ["anvil"] } }, "settings.adHocKeywords"],
          [dns.id, { settings: { sourceGenerationCampaignId: source.id } }, "settings.sourceGenerationCampaignId"],
          [source.id, { settings: { constantString: "other" } }, "settings"]
        ] as const
        for (const [id, change, path] of refused)
          assert.deepInclude(yield* Effect.flip(campaigns.update(id, change)), { _tag: "InvalidCampaign", path })
        assert.deepStrictEqual(yield* campaigns.get(dns.id), dns)

        for (const status of CampaignStatus.literals) {
          const campaign = yield* Scene.dns(source.id)
          yield* Scene.bring(campaign, status)
          const named = yield* Effect.result(campaigns.update(campaign.id, { name: "renamed" }))
          assert.strictEqual(Result.isSuccess(named), status !== "archived", status)
          const settled = yield* Effect.result(campaigns.update(campaign.id, { settings: { retryAttempts: 3 } }))
          assert.strictEqual(Result.isSuccess(settled), ["pending", "paused", "failed"].includes(status), status)
          if (Result.isFailure(settled))
            assert.deepInclude(settled.failure, {
              _tag: "CampaignUnchangeable",
              state: status,
              path: "settings.retryAttempts"
            })
          assert.strictEqual((yield* campaigns.get(campaign.id)).status, status)
        }
      })
    )

    it.effect("every move between two states is made if it is legal, and told if it is not", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        for (const from of CampaignStatus.literals) {
          for (const to of CampaignStatus.literals) {
            const campaign = yield* Scene.generation({ numDomainsToGenerate: 1 })
            yield* Scene.bring(campaign, from)
            const moved = yield* Effect.result(campaigns.move(campaign.id, to))
            const now = (yield* campaigns.get(campaign.id)).status

            if (canMove(from, to)) {
              assert.strictEqual(Option.getOrThrow(Result.getSuccess(moved)).status, to, `${from} -> ${to}`)
              assert.strictEqual(now, to)
            } else {
              const error = Option.getOrThrow(Result.getFailure(moved))
              assert.deepInclude(error, { _tag: "IllegalTransition", campaignId: campaign.id, from, to })
              assert.strictEqual(now, from)
            }
          }
        }
      })
    )

    it.effect("of many who make the same move one wins, and one line is written", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()

        const tries = yield* Effect.all(
          Array.from({ length: 20 }, () => Effect.result(campaigns.move(id, "queued"))),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(tries.filter(Result.isSuccess).length, 1)
        for (const error of tries.filter(Result.isFailure)) {
          assert.deepInclude(error.failure, { _tag: "IllegalTransition", from: "queued", to: "queued" })
        }
        assert.deepStrictEqual(yield* Scene.actions(id), ["campaign.created", "campaign.queued"])
      })
    )

    it.effect("of moves that exclude each other one is made", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        for (let round = 0; round < 10; round++) {
          const campaign = yield* Scene.generation()
          yield* Scene.bring(campaign, "running")
          const ends = ["completed", "failed", "cancelled"] as const

          const tries = yield* Effect.all(
            ends.map((to) => Effect.result(campaigns.move(campaign.id, to))),
            { concurrency: "unbounded" }
          )

          const won = tries.filter(Result.isSuccess).map(({ success }) => success.status)
          assert.deepStrictEqual(won, [(yield* campaigns.get(campaign.id)).status])
        }
      })
    )

    it.effect("the start is set once, the end by what ends, and both errors and ends are gone when it goes on", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()
        yield* campaigns.move(id, "queued")
        const running = yield* campaigns.move(id, "running")
        yield* TestClock.adjust("1 hour")
        yield* campaigns.move(id, "paused")
        const resumed = yield* campaigns.move(id, "running")
        yield* TestClock.adjust("1 hour")
        const failed = yield* campaigns.move(id, "failed", "the resolver has gone")
        const again = yield* campaigns.move(id, "queued")
        yield* campaigns.move(id, "running")
        const completed = yield* campaigns.move(id, "completed")
        yield* TestClock.adjust("1 hour")
        const archived = yield* campaigns.move(id, "archived")

        assert.isNotNull(running.startedAt)
        assert.isNull(running.completedAt)
        assert.deepStrictEqual(resumed.startedAt, running.startedAt)
        assert.isNotNull(failed.completedAt)
        assert.strictEqual(failed.errorMessage, "the resolver has gone")
        assert.isNull(again.errorMessage)
        assert.isNull(again.completedAt)
        assert.deepStrictEqual(completed.startedAt, running.startedAt)
        assert.isNotNull(completed.completedAt)
        assert.deepStrictEqual(archived.completedAt, completed.completedAt)
        assert.deepStrictEqual(yield* Scene.actions(id), [
          "campaign.created",
          "campaign.queued",
          "campaign.started",
          "campaign.paused",
          "campaign.resumed",
          "campaign.failed",
          "campaign.queued",
          "campaign.started",
          "campaign.completed",
          "campaign.archived"
        ])
      })
    )

    it.effect("what a running campaign says stands until it says otherwise, and is no change of anybody's", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const { id } = yield* Scene.generation()
        const said = Effect.map(campaigns.get(id), ({ errorMessage }) => errorMessage)
        yield* campaigns.say(id, "not running yet")
        assert.isNull(yield* said)
        yield* campaigns.move(id, "queued")
        yield* campaigns.move(id, "running")

        yield* campaigns.say(id, "no healthy proxy is left")
        assert.strictEqual(yield* said, "no healthy proxy is left")
        yield* campaigns.say(id, null)
        assert.isNull(yield* said)
        yield* campaigns.say(id, "no healthy proxy is left")
        yield* campaigns.move(id, "completed")
        yield* campaigns.say(id, null)

        // Who looks at its end sees what was wrong in it.
        assert.strictEqual(yield* said, "no healthy proxy is left")
        assert.deepStrictEqual(yield* Scene.actions(id), [
          "campaign.created",
          "campaign.queued",
          "campaign.started",
          "campaign.completed"
        ])
      })
    )

    it.effect("a refused change writes no line, and one that is made is signed by who made it", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const actor = { ...system, clientIp: "192.0.2.7", userAgent: "a browser" }
        const { id } = yield* Scene.generation()
        yield* Effect.flip(campaigns.move(id, "running"))
        yield* Effect.flip(campaigns.move(id, "completed"))
        yield* campaigns.move(id, "queued").pipe(Effect.provideService(Actor, actor))

        const entries = yield* Scene.audited(id)

        assert.deepStrictEqual(
          entries.map(({ action, clientIp, entityType }) => [action, entityType, clientIp]),
          [
            ["campaign.created", "campaign", null],
            ["campaign.queued", "campaign", "192.0.2.7"]
          ]
        )
        assert.deepInclude(entries[1]!.details, { from: "pending", to: "queued" })
      })
    )
  })
