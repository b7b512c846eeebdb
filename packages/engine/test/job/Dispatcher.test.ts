import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Stores from "@domainflow/core/Stores"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Dispatcher from "../../src/job/Dispatcher.ts"
import * as Re2 from "../../src/keyword/Re2.ts"

/** Two campaigns of one chain, the first with all of its names. */
const chained = Effect.fnUntraced(function* (chaining: "behind" | "after" | "manual") {
  const campaigns = yield* Campaigns
  const { campaign: source } = yield* Scene.spelled(20)
  const { id: personaId } = yield* Scene.persona("dns")
  const follower = yield* campaigns.create({
    name: chaining,
    params: { _tag: "dns_validation", sourceGenerationCampaignId: source.id, personaIds: [personaId], chaining }
  })
  const status = Effect.map(campaigns.get(follower.id), ({ status }) => status)
  return { campaigns, source, follower, status }
})

/** Runs every job that there is, as a worker whose names answer at once would. */
const work = Effect.gen(function* () {
  const jobs = yield* Jobs
  const claimed = yield* jobs.claim({ server: "here", limit: 100 })
  for (const { campaignId } of claimed) {
    const campaigns = yield* Campaigns
    yield* Effect.ignore(campaigns.move(campaignId, "running", undefined, "queued"))
  }
  yield* jobs.complete(claimed)
  return claimed.map(({ campaignId }) => campaignId)
})

/** More rounds than anything here takes. */
const goOn = Effect.repeat(Effect.andThen(Dispatcher.round, work), { times: 5 })

layer(Stores.layerMemory.pipe(Layer.provideMerge(Re2.layer)), { timeout: "30 seconds" })(
  "a source that fails",
  (it) => {
    it.effect("is waited for by what streams behind it, and followed to the end once it goes on", () =>
      Effect.gen(function* () {
        const { campaigns, follower, source, status } = yield* chained("behind")
        yield* campaigns.move(source.id, "queued")
        yield* Dispatcher.round
        assert.strictEqual(yield* status, "queued")
        yield* work
        yield* campaigns.move(source.id, "failed", "the store refused", "running")

        yield* goOn
        assert.strictEqual(yield* status, "running")

        yield* campaigns.move(source.id, "queued")
        yield* goOn
        assert.strictEqual((yield* campaigns.get(source.id)).status, "completed")
        assert.strictEqual(yield* status, "completed")
        assert.deepStrictEqual((yield* campaigns.get(follower.id)).errorMessage, null)
      })
    )

    it.effect("has ended once it is archived", () =>
      Effect.gen(function* () {
        const { campaigns, source, status } = yield* chained("behind")
        yield* campaigns.move(source.id, "queued")
        yield* Dispatcher.round
        yield* work
        yield* campaigns.move(source.id, "failed", "the store refused", "running")
        yield* goOn
        assert.strictEqual(yield* status, "running")

        yield* campaigns.move(source.id, "archived")
        yield* goOn
        assert.strictEqual(yield* status, "completed")
      })
    )

    it.effect("does not start what begins after it", () =>
      Effect.gen(function* () {
        const { campaigns, source, status } = yield* chained("after")
        yield* Scene.bring(source, "failed")
        yield* Dispatcher.round
        assert.strictEqual(yield* status, "pending")

        yield* campaigns.move(source.id, "queued")
        yield* goOn
        assert.strictEqual(yield* status, "completed")
      })
    )

    it.effect("has given what it has to who is started by hand", () =>
      Effect.gen(function* () {
        const { campaigns, follower, source, status } = yield* chained("manual")
        yield* Scene.bring(source, "failed")
        yield* campaigns.move(follower.id, "queued")
        yield* goOn
        assert.strictEqual(yield* status, "completed")
      })
    )
  }
)

layer(Stores.layerMemory.pipe(Layer.provideMerge(Re2.layer)))("a space that nobody spells to its end", (it) => {
  it.effect("is cut into as few jobs as any other, and holds up nobody", () =>
    Effect.gen(function* () {
      const [campaigns, jobs] = [yield* Campaigns, yield* Jobs]
      const vast = yield* Scene.generation({ characterSet: "alphanumeric", variableLength: 8, numDomainsToGenerate: 0 })
      const { campaign: small } = yield* Scene.spelled(20)
      for (const { id } of [vast, small]) yield* campaigns.move(id, "queued")
      yield* Dispatcher.round
      const queued = yield* jobs.standings(vast.id)
      assert.isAbove(queued.size, 1_000)
      assert.isAtMost(queued.size, 10_000)
      assert.strictEqual((yield* jobs.standings(small.id)).size, 1)
    })
  )
})
