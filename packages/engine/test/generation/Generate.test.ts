import type { DomainName } from "@domainflow/core/DomainName"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { OffsetOutOfRange } from "@domainflow/core/generation/Space"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import * as fc from "fast-check"
import * as Generate from "../../src/generation/Generate.ts"

const enumeration = (variableLength = 3) =>
  Result.getOrThrow(
    Enumeration.parse({
      patternType: "suffix",
      characterSet: "ab-",
      variableLength,
      constantString: "shop",
      tld: "com"
    })
  )

const collect = (names: Enumeration.Enumeration, range?: Generate.Range) =>
  Generate.stream(names, range).pipe(Stream.runCollect)

const flat = (batches: Iterable<Generate.Batch>): Array<DomainName> => [...batches].flatMap(({ names }) => [...names])

describe("Generate", () => {
  it.effect("streams every name of the enumeration, in order", () =>
    Effect.gen(function* () {
      const names = enumeration()
      assert.deepStrictEqual(flat(yield* collect(names)), names.spell(0n, Number(names.size)))
    })
  )

  it.effect("says where each batch stands", () =>
    Effect.gen(function* () {
      const batches = yield* collect(enumeration(), { from: 5n, count: 8n, batch: 3 })
      assert.deepStrictEqual(
        batches.map(({ offset, names }) => [offset, names.length]),
        [
          [5n, 3],
          [8n, 3],
          [11n, 2]
        ]
      )
    })
  )

  it("gives the same names however they are cut, streamed or looped", () =>
    fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 18n }),
        fc.option(fc.bigInt({ min: 0n, max: 30n }), { nil: undefined }),
        fc.integer({ min: 1, max: 20 }),
        async (from, count, batch) => {
          const names = enumeration()
          const until = count === undefined || from + count > names.size ? names.size : from + count
          const expected = names.spell(from, Number(until - from))
          assert.deepStrictEqual(flat(await Effect.runPromise(collect(names, { from, count, batch }))), expected)
          assert.deepStrictEqual(flat(Generate.batches(names, { from, count, batch })), expected)
        }
      )
    ))

  it.effect("resumes after any batch as if it had never stopped", () =>
    Effect.gen(function* () {
      const names = enumeration(8)
      const done = yield* Generate.stream(names, { batch: 100 }).pipe(Stream.take(7), Stream.runCollect)
      const last = done[done.length - 1]!
      const rest = yield* collect(names, { from: last.offset + BigInt(last.names.length) })
      assert.deepStrictEqual([...flat(done), ...flat(rest)], names.spell(0n, Number(names.size)))
    })
  )

  it.effect("enters the far end of a space of 2^61 names at once, and spells no more than is asked for", () =>
    Effect.gen(function* () {
      const names = Result.getOrThrow(
        Enumeration.parse({ patternType: "char_permutation", characterSet: "ab", variableLength: 61, tld: "com" })
      )
      const far = yield* collect(names, { from: names.size - 2n })
      assert.deepStrictEqual(flat(far), [`${"b".repeat(60)}a.com`, `${"b".repeat(61)}.com`])
      const first = yield* Generate.stream(names).pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(
        first.map(({ offset }) => offset),
        [0n, 1_000n]
      )
    })
  )

  it.effect("finds nothing left at the end", () =>
    Effect.gen(function* () {
      const names = enumeration()
      assert.deepStrictEqual(yield* collect(names, { from: names.size }), [])
      assert.deepStrictEqual(yield* collect(names, { from: 3n, count: 0n }), [])
    })
  )

  it.effect("refuses offsets outside the space, and negative counts", () =>
    Effect.gen(function* () {
      const names = enumeration()
      for (const [range, message] of [
        [{ from: -1n }, "offset -1 lies outside [0, 18): choose one from 0 to 17"],
        [{ from: 19n }, "offset 19 lies outside [0, 18): choose one from 0 to 17"],
        [{ count: -3n }, "count -3 is negative: ask for 0 names or more"]
      ] as const) {
        const error = yield* Effect.flip(collect(names, range))
        assert.instanceOf(error, OffsetOutOfRange)
        assert.strictEqual(error.message, message)
        assert.throws(() => [...Generate.batches(names, range)], OffsetOutOfRange)
      }
      for (const batch of [0, -1, 1.5, Number.NaN]) assert.throws(() => Generate.stream(names, { batch }), RangeError)
    })
  )
})
