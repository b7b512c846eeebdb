import type { DomainName } from "@domainflow/core/DomainName"
import type { Enumeration } from "@domainflow/core/generation/Enumeration"
import { OffsetOutOfRange } from "@domainflow/core/generation/Space"
import { type Array, Effect, Result, Stream } from "effect"

/** Consecutive names of an enumeration: the first stands at `offset`, the next at the one after. */
export interface Batch {
  readonly offset: bigint
  readonly names: Array.NonEmptyReadonlyArray<DomainName>
}

/** Which names, and how many at a time. */
export interface Range {
  /** The first offset, 0 unless said; entering at 2^62 costs what entering at 0 costs. `size` is the end, where nothing is left. */
  readonly from?: bigint | undefined
  /** How many names, all that are left unless said. Asking for more than is left spells what is left. */
  readonly count?: bigint | undefined
  /** Names in a batch; the last may have fewer. */
  readonly batch?: number | undefined
}

/** Names in a batch unless said. From 500 to 5,000 the price of a batch vanishes in that of its names (measured). */
export const batchSize = 1_000

/**
 * The names of a range, in order, in arrays: at tens of millions a second the stream is paid per batch, not per name.
 * Nothing is spelled before it is asked for, so what follows sets the pace.
 *
 * Fails with {@link OffsetOutOfRange} when `from` lies outside `[0, size]` or `count` is negative.
 */
export const stream = (enumeration: Enumeration, range: Range = {}): Stream.Stream<Batch, OffsetOutOfRange> =>
  Stream.unwrap(
    Effect.map(Effect.fromResult(bounds(enumeration, range)), ({ from, until, batch }) =>
      Stream.unfold(from, (offset) =>
        Effect.sync(() => {
          if (offset >= until) return undefined
          const next = spell(enumeration, offset, until, batch)
          return [next, offset + BigInt(next.names.length)]
        })
      )
    )
  )

/** {@link stream} for plain loops: `for (const { names } of Generate.batches(enumeration))`. Throws what it fails with. */
export function* batches(enumeration: Enumeration, range: Range = {}): Generator<Batch, void, void> {
  const { from, until, batch } = Result.getOrThrow(bounds(enumeration, range))
  for (let offset = from; offset < until; offset += BigInt(batch)) yield spell(enumeration, offset, until, batch)
}

const bounds = ({ size }: Enumeration, { from = 0n, count, batch = batchSize }: Range) => {
  if (!Number.isSafeInteger(batch) || batch < 1) throw new RangeError(`a batch has 1 name or more, not ${batch}`)
  if (from < 0n || from > size) return Result.fail(new OffsetOutOfRange({ field: "offset", value: from, size }))
  if (count !== undefined && count < 0n)
    return Result.fail(new OffsetOutOfRange({ field: "count", value: count, size }))
  const left = size - from
  return Result.succeed({ from, until: count === undefined || count > left ? size : from + count, batch })
}

const spell = (enumeration: Enumeration, offset: bigint, until: bigint, batch: number): Batch => {
  const left = until - offset
  const names = enumeration.spell(offset, left < BigInt(batch) ? Number(left) : batch)
  // At least one: every caller has seen that `offset` lies before `until`.
  return { offset, names: names as Array.NonEmptyArray<DomainName> }
}
