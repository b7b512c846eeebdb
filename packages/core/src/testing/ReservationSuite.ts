import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option, Result } from "effect"
import type { Campaign } from "../campaign/Campaign.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { ConfigStates } from "../generation/ConfigStates.ts"
import * as Enumeration from "../generation/Enumeration.ts"
import type { NewGeneration } from "../generation/GenerationParams.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

type Pattern = typeof NewGeneration.Encoded

const create = (params: Pattern) => Campaigns.use((campaigns) => campaigns.create({ name: "names", params }))

const stateOf = Effect.fnUntraced(function* (params: Pattern) {
  const states = yield* ConfigStates
  return yield* states.get(yield* Effect.flatMap(Enumeration.make(params), Enumeration.configHash))
})

/** Where a campaign's names begin and end. */
const rangeOf = Effect.fnUntraced(function* (campaign: Campaign) {
  const params = yield* Campaigns.use((campaigns) => campaigns.params(campaign.id))
  const start = params._tag === "domain_generation" ? params.startOffset : -1n
  return { start, end: start + campaign.totalItems }
})

/** The ranges lie side by side from 0 on: none overlaps another, and nothing is left between them. */
const assertTiles = (ranges: ReadonlyArray<{ readonly start: bigint; readonly end: bigint }>, total: bigint) => {
  let reached = 0n
  for (const { start, end } of [...ranges].sort((a, b) => Number(a.start - b.start))) {
    assert.strictEqual(start, reached)
    reached = end
  }
  assert.strictEqual(reached, total)
}

/** What `Campaigns.create` promises about the ranges it gives away, and `ConfigStates` about what it tells. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Reservations (${name})`, (it) => {
    it.effect("an enumeration that nobody has used has no state", () =>
      Effect.gen(function* () {
        assert.isTrue(Option.isNone(yield* stateOf(Scene.pattern())))
      })
    )

    it.effect("campaigns of one configuration follow each other, and the state says how far", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern({ numDomainsToGenerate: 100 })
        const first = yield* create(pattern)
        const second = yield* create({ ...pattern, numDomainsToGenerate: 50 })

        assert.deepStrictEqual(yield* rangeOf(first), { start: 0n, end: 100n })
        assert.deepStrictEqual(yield* rangeOf(second), { start: 100n, end: 150n })
        const state = Option.getOrThrow(yield* stateOf(pattern))
        assert.strictEqual(state.lastOffset, 150n)
        const { configDetails } = yield* Enumeration.make(pattern)
        assert.deepStrictEqual(state.configDetails, configDetails)
      })
    )

    it.effect("0 asks for all that is left; asking for more gets it too, and then nothing is left", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern({ numDomainsToGenerate: 600 })
        const other = Scene.pattern({ numDomainsToGenerate: 0 })
        yield* create(pattern)
        const rest = yield* create(pattern)
        const all = yield* create(other)

        assert.strictEqual(rest.totalItems, 76n)
        assert.deepInclude(yield* Campaigns.use((campaigns) => campaigns.params(rest.id)), {
          numDomainsToGenerate: 600,
          startOffset: 600n
        })
        assert.strictEqual(all.totalItems, 676n)
        for (const numDomainsToGenerate of [0, 1]) {
          const error = yield* Effect.flip(create({ ...pattern, numDomainsToGenerate }))
          assert.deepInclude(error, { _tag: "SpaceExhausted", size: 676n })
        }
        assert.strictEqual(Option.getOrThrow(yield* stateOf(pattern)).lastOffset, 676n)
      })
    )

    it.effect("patterns that spell the same names share one range, whatever they are called", () =>
      Effect.gen(function* () {
        const both = Scene.pattern({ patternType: "both", variableLength: 1, numDomainsToGenerate: 10 })
        const constantString = both.constantString!
        const same = [
          { ...both, patternType: "prefix_suffix" },
          { ...both, constantString: constantString.toUpperCase() },
          { ...both, characterSet: "abcdefghijklmnopqrstuvwxyzABC" },
          { ...both, tld: ".Com" }
        ]
        yield* create(both)
        const ranges = yield* Effect.forEach(same, (pattern) => Effect.flatMap(create(pattern), rangeOf))

        assert.deepStrictEqual(
          ranges.map(({ start }) => start),
          [10n, 20n, 30n, 40n]
        )
        for (const pattern of same) assert.strictEqual(Option.getOrThrow(yield* stateOf(pattern)).lastOffset, 50n)
        const reversed = { ...both, characterSet: "zyxwvutsrqponmlkjihgfedcba" }
        assert.strictEqual((yield* Effect.flatMap(create(reversed), rangeOf)).start, 0n)
      })
    )

    it.effect("twenty created at the same moment neither overlap nor leave a gap", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern()
        const counts = Array.from({ length: 20 }, (_, i) => 10 + i)

        const created = yield* Effect.forEach(
          counts,
          (numDomainsToGenerate) => create({ ...pattern, numDomainsToGenerate }),
          { concurrency: "unbounded" }
        )

        assertTiles(yield* Effect.forEach(created, rangeOf), 390n)
        assert.strictEqual(Option.getOrThrow(yield* stateOf(pattern)).lastOffset, 390n)
      })
    )

    it.effect("twenty who ask for more than there is share it to the last name", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern({ numDomainsToGenerate: 50 })

        const tries = yield* Effect.all(
          Array.from({ length: 20 }, () => Effect.result(create(pattern))),
          { concurrency: "unbounded" }
        )

        const created = tries.filter(Result.isSuccess).map(({ success }) => success)
        assertTiles(yield* Effect.forEach(created, rangeOf), 676n)
        assert.strictEqual(created.length, 14)
        for (const { failure } of tries.filter(Result.isFailure)) assert.strictEqual(failure._tag, "SpaceExhausted")
      })
    )

    it.effect("sizes and offsets past 2^53 are exact", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern({ variableLength: 12, characterSet: "alphanumeric", numDomainsToGenerate: 1 })
        const first = yield* create(pattern)
        const rest = yield* create({ ...pattern, numDomainsToGenerate: 0 })

        assert.strictEqual(rest.totalItems, 36n ** 12n - 1n)
        assert.deepStrictEqual(yield* rangeOf(rest), { start: 1n, end: 36n ** 12n })
        assert.deepInclude(yield* Campaigns.use((campaigns) => campaigns.params(first.id)), {
          totalPossibleCombinations: 36n ** 12n
        })
        assert.strictEqual(Option.getOrThrow(yield* stateOf(pattern)).lastOffset, 36n ** 12n)
      })
    )

    it.effect("what a removed campaign held stays given away", () =>
      Effect.gen(function* () {
        const pattern = Scene.pattern({ numDomainsToGenerate: 100 })
        const removed = yield* create(pattern)
        yield* Campaigns.use((campaigns) => campaigns.remove(removed.id))

        assert.deepStrictEqual(yield* Effect.flatMap(create(pattern), rangeOf), { start: 100n, end: 200n })
      })
    )
  })
