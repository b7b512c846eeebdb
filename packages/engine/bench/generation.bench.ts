/**
 * What was learnt on the way (2 cores, Node 24; ratios hold, figures do not):
 *
 * - Most of a name's price is its string. An odometer that puts the name together character by character: 87 ns a name. One
 *   whose last wheel carries words (the last positions, the constant and the TLD in one table): 13 ns.
 * - The stream adds 1 to 2 ns to a name in arrays of 1,000, as an async iterable too. Streaming single names would add 65 to
 *   2,300 ns.
 * - V8 keeps a concatenation of 13 characters or more as a tree of two leaves and copies it when somebody first reads it, for
 *   some 60 ns. The leaves are shared, so a name that waits costs 32 bytes. "each name read" pays for it here and now.
 * - Slices of one string per batch are read two to four times as fast, but every name that survives keeps the text of its whole
 *   batch alive: a set of the one name in a thousand that resolves would hold them all. Not worth a leak.
 */
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { Effect, Result, Stream } from "effect"
import { atLeast, type Bench, perSecond, ratio } from "../../../scripts/bench/Bench.ts"
import * as Generate from "../src/generation/Generate.ts"

/** 36^6 names such as `k3x9a2shop.com`, entered in the middle, where carries and 64-bit offsets are as bad as they get. */
const enumeration = Result.getOrThrow(
  Enumeration.parse({
    patternType: "prefix",
    characterSet: "alphanumeric",
    variableLength: 6,
    constantString: "shop",
    tld: "com"
  })
)
const from = enumeration.size / 2n

/** Enough that a run lasts longer than the garbage collector's moods, little enough that the slowest takes a second. */
const many = 5_000_000
const few = 500_000

const streamed = (batch: number, use: (names: ReadonlyArray<string>) => void) =>
  perSecond(() =>
    Generate.stream(enumeration, { from, count: BigInt(many), batch }).pipe(
      Stream.runForEach(({ names }) => Effect.sync(() => use(names))),
      Effect.as(many),
      Effect.runPromise
    )
  )

let sink = 0
const count = (names: ReadonlyArray<string>) => {
  sink += names.length
}
const read = (names: ReadonlyArray<string>) => {
  for (const name of names) sink += name.charCodeAt(name.length >> 1)
}

/** What a script without a table or an odometer would do: every offset taken apart in 64 bits, position by position. */
const byBigInt = (offset: bigint): string => {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
  let word = ""
  for (let position = 0; position < 6; position++) {
    word = alphabet[Number(offset % 36n)] + word
    offset /= 36n
  }
  return `${word}shop.com`
}

/** The same in doubles, which is as fast as offsets can be computed one by one, and wrong past 2^53. */
const byNumber = (offset: number): string => {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
  let word = ""
  for (let position = 0; position < 6; position++) {
    word = alphabet[offset % 36] + word
    offset = Math.floor(offset / 36)
  }
  return `${word}shop.com`
}

const oneByOne = (size: number, spell: (i: number) => string) =>
  perSecond(() => {
    for (let at = 0; at < size; at += Generate.batchSize) {
      count(Array.from({ length: Generate.batchSize }, (_, i) => spell(at + i)))
    }
    return size
  })

const bench: Bench = {
  name: "generation",
  title: "names spelled from a pattern, in memory",
  compares:
    "The public stream against computing each offset by itself, arrays of 1,000 names each. 36^6 names such as aaaaaashop.com, entered in the middle.",
  contenders: () => [
    { name: "stream", run: async () => ({ "names/s": await streamed(Generate.batchSize, count) }) },
    { name: "stream, each name read", run: async () => ({ "names/s": await streamed(Generate.batchSize, read) }) },
    {
      name: "batches, a plain loop",
      run: async () => ({
        "names/s": await perSecond(() => {
          for (const { names } of Generate.batches(enumeration, { from, count: BigInt(many) })) count(names)
          return many
        })
      })
    },
    {
      name: "each offset, Enumeration.at",
      run: async () => ({ "names/s": await oneByOne(few, (i) => enumeration.at(from + BigInt(i))) })
    },
    {
      name: "each offset, BigInt by hand",
      run: async () => ({ "names/s": await oneByOne(few, (i) => byBigInt(from + BigInt(i))) })
    },
    {
      name: "each offset, doubles by hand",
      run: async () => ({ "names/s": await oneByOne(few, (i) => byNumber(Number(from) + i)) })
    }
  ],
  targets: [
    atLeast("stream", "names/s", 10_000_000),
    ratio("stream", "each offset, BigInt by hand", "names/s", 8),
    ratio("stream", "each offset, Enumeration.at", "names/s", 8),
    ratio("stream", "each offset, doubles by hand", "names/s", 2)
  ]
}

export default bench

// Keeps the compiler from finding out that nobody looks.
process.on("exit", () => sink === 0.5 && console.error(sink))
