import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import type { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { GeneratedDomains } from "../generation/GeneratedDomains.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const names = (campaignId: CampaignId, after = -1n) =>
  GeneratedDomains.use((domains) => Scene.collect(domains.stream(campaignId, after)))

/** The counters agree with the rows, and the next name is the first that is missing. */
const assertTrue = Effect.fnUntraced(function* (campaignId: CampaignId, next: bigint) {
  const campaigns = yield* Campaigns
  const campaign = yield* campaigns.get(campaignId)
  const kept = BigInt((yield* names(campaignId)).length)
  assert.strictEqual(campaign.processedItems, kept)
  assert.strictEqual(campaign.successfulItems, kept)
  assert.strictEqual(campaign.failedItems, 0n)
  assert.closeTo(campaign.progressPercentage, (Number(kept) / Number(campaign.totalItems)) * 100, 1e-9)
  assert.deepInclude(yield* campaigns.params(campaignId), { startOffset: 0n, currentOffset: next })
})

/** What every `GeneratedDomains` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`GeneratedDomains (${name})`, (it) => {
    it.effect("a batch is kept whole, with where its names come from", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const batch = yield* Scene.batch(id, 0n, 10)

        assert.strictEqual(yield* domains.append(batch), 10)

        const rows = yield* names(id)
        assert.deepStrictEqual<ReadonlyArray<string>>(
          rows.map(({ domainName }) => domainName),
          batch.names
        )
        assert.deepInclude(rows[7]!, {
          domainGenerationCampaignId: id,
          offsetIndex: 7n,
          sourceKeyword: batch.sourceKeyword,
          sourcePattern: batch.sourcePattern,
          tld: "com"
        })
        assert.strictEqual(new Set(rows.map((row) => row.id)).size, 10)
        yield* assertTrue(id, 10n)
      })
    )

    it.effect("a replayed batch changes nothing, and one that overlaps adds what is new", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const batch = yield* Scene.batch(id, 0n, 10)
        yield* domains.append(batch)
        const before = yield* names(id)

        assert.strictEqual(yield* domains.append(batch), 0)
        yield* assertTrue(id, 10n)
        assert.strictEqual(yield* domains.append(yield* Scene.batch(id, 5n, 10)), 5)
        yield* assertTrue(id, 15n)

        const rows = yield* names(id)
        assert.deepStrictEqual(rows.slice(0, 10), before)
        assert.deepStrictEqual(
          rows.map(({ offsetIndex }) => offsetIndex),
          Array.from({ length: 15 }, (_, i) => BigInt(i))
        )
      })
    )

    it.effect("an empty batch is none", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()

        assert.strictEqual(yield* domains.append(yield* Scene.batch(id, 0n, 0)), 0)
        yield* assertTrue(id, 0n)
      })
    )

    it.effect("the same batch from many at once is counted once", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const batch = yield* Scene.batch(id, 0n, 200)

        const fresh = yield* Effect.all(
          Array.from({ length: 8 }, () => domains.append(batch)),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(
          fresh.reduce((sum, count) => sum + count),
          200
        )
        yield* assertTrue(id, 200n)
      })
    )

    it.effect("batches that overlap, from many at once, end as one enumeration without a gap", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const batches = yield* Effect.forEach(
          Array.from({ length: 26 }, (_, i) => i * 25),
          (offset) => Scene.batch(id, BigInt(offset), 51)
        )

        yield* Effect.forEach(batches.toReversed(), (batch) => domains.append(batch), { concurrency: 8 })

        yield* assertTrue(id, 676n)
        const rows = yield* names(id)
        assert.deepStrictEqual(
          rows.map(({ offsetIndex }) => offsetIndex),
          Array.from({ length: 676 }, (_, i) => BigInt(i))
        )
      })
    )

    it.effect("a batch that overtakes another leaves the resume point before the gap", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const [first, second, third, fourth] = yield* Effect.forEach([0n, 10n, 20n, 30n], (offset) =>
          Scene.batch(id, offset, 10)
        )

        yield* domains.append(second!)
        yield* assertTrue(id, 0n)
        yield* domains.append(fourth!)
        yield* assertTrue(id, 0n)
        yield* domains.append(first!)
        yield* assertTrue(id, 20n)
        yield* domains.append(third!)
        yield* assertTrue(id, 40n)
      })
    )

    it.effect("names stream by offset from anywhere, page after page, also past 2^53", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const far = 2n ** 53n + 1n
        const { id } = yield* Scene.generation({ variableLength: 12, characterSet: "alphanumeric" })
        yield* domains.append(yield* Scene.batch(id, far, 2_500))
        yield* domains.append(yield* Scene.batch(id, 36n ** 12n - 3n, 3))

        const all = yield* names(id)
        assert.strictEqual(all.length, 2_503)
        assert.strictEqual(all[0]!.offsetIndex, far)
        assert.strictEqual(all[1]!.offsetIndex, far + 1n)
        assert.strictEqual(all.at(-1)!.offsetIndex, 36n ** 12n - 1n)
        assert.deepStrictEqual(
          (yield* names(id, far + 2_000n)).map(({ offsetIndex }) => offsetIndex),
          all.slice(2_001).map(({ offsetIndex }) => offsetIndex)
        )
        assert.deepStrictEqual(yield* names(id, 36n ** 12n - 1n), [])
        // The far ones do not look as if the near ones were done.
        assert.deepInclude(yield* Campaigns.use((campaigns) => campaigns.params(id)), { currentOffset: 0n })
      })
    )

    it.effect("reads as many at a time as asked", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        yield* domains.append(yield* Scene.batch(id, 0n, 10))

        assert.deepStrictEqual(yield* Scene.pages(domains.stream(id, -1n, 4)), [4, 4, 2])
      })
    )

    it.effect("a stream that is read slowly misses nothing that is added behind its place", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation({ variableLength: 3 })
        yield* domains.append(yield* Scene.batch(id, 0n, 1_500))
        let more = true

        const seen = yield* domains.stream(id, -1n).pipe(
          Stream.mapEffect((row) =>
            Effect.gen(function* () {
              if (more && row.offsetIndex === 700n) {
                more = false
                yield* domains.append(yield* Scene.batch(id, 1_500n, 1_500))
              }
              return row.offsetIndex
            })
          ),
          Scene.collect
        )

        assert.deepStrictEqual(
          seen,
          Array.from({ length: 3_000 }, (_, i) => BigInt(i))
        )
      })
    )

    it.effect("names that are kept after a pause or a cancel count, and leave the state alone", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const domains = yield* GeneratedDomains
        const campaign = yield* Scene.generation()
        yield* Scene.bring(campaign, "paused")
        yield* domains.append(yield* Scene.batch(campaign.id, 0n, 10))
        assert.strictEqual((yield* campaigns.get(campaign.id)).status, "paused")
        yield* campaigns.move(campaign.id, "cancelled")
        yield* domains.append(yield* Scene.batch(campaign.id, 10n, 10))

        assert.strictEqual((yield* campaigns.get(campaign.id)).status, "cancelled")
        yield* assertTrue(campaign.id, 20n)
      })
    )

    it.effect("two campaigns may spell the same name, each for itself", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const { id: one } = yield* Scene.generation()
        const { id: other } = yield* Scene.generation()
        const batch = yield* Scene.batch(one, 0n, 5)

        assert.strictEqual(yield* domains.append(batch), 5)
        assert.strictEqual(yield* domains.append({ ...batch, campaignId: other }), 5)
        yield* assertTrue(one, 5n)
        yield* assertTrue(other, 5n)
      })
    )

    it.effect("a campaign that is removed while names arrive leaves nothing behind", () =>
      Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const domains = yield* GeneratedDomains
        const { id } = yield* Scene.generation()
        const batches = yield* Effect.forEach(
          Array.from({ length: 12 }, (_, i) => BigInt(i * 50)),
          (offset) => Scene.batch(id, offset, 50)
        )

        const appends = Effect.forEach(batches, (batch) => Effect.result(domains.append(batch)), { concurrency: 4 })
        const remove = Effect.andThen(domains.append(batches[0]!), campaigns.remove(id))
        yield* Effect.all([appends, remove], { concurrency: "unbounded" })

        assert.deepStrictEqual(yield* names(id), [])
        assert.strictEqual((yield* Effect.flip(campaigns.get(id)))._tag, "CampaignNotFound")
      })
    )

    it.effect("nothing is kept for a campaign that does not exist", () =>
      Effect.gen(function* () {
        const domains = yield* GeneratedDomains
        const campaign = yield* Scene.generation()
        const batch = yield* Scene.batch(campaign.id, 0n, 5)
        yield* Campaigns.use((campaigns) => campaigns.remove(campaign.id))

        const error = yield* Effect.flip(domains.append(batch))

        assert.deepInclude(error, { _tag: "StoreError", operation: "GeneratedDomains.append", retryable: false })
        assert.deepStrictEqual(yield* names(campaign.id), [])
      })
    )
  })
