import { Array, Effect, Predicate, Result, Schema } from "effect"
import type { DomainName } from "../DomainName.ts"
import * as ConfigDetails from "./ConfigDetails.ts"
import { InvalidPattern } from "./InvalidPattern.ts"
import * as Label from "./Label.ts"
import * as Pattern from "./Pattern.ts"
import * as Space from "./Space.ts"
import { Tld } from "./Tld.ts"

/**
 * A pattern and a TLD: the names they span, in order. Offset <-> name is a bijection on `[0, size)`.
 *
 * The example to keep in mind: `prefix`, `abc123`, 3, `test`, `.com` spells `c22test.com` at offset 100 (2 * 36 + 4 * 6 + 4).
 */
export interface Enumeration {
  readonly pattern: Pattern.Pattern
  /** Without a dot in front, in punycode. */
  readonly tld: Tld
  /** How many names there are, at most 2^63 - 1. */
  readonly size: bigint
  /** The name at `offset`. Throws {@link Space.OffsetOutOfRange} outside `[0, size)`: check foreign offsets with {@link offset}. */
  readonly at: (offset: bigint) => DomainName
  /** The offset of a name, undefined when it is not spelled here. The name in one form: lower case, punycode. */
  readonly indexOf: (name: string) => bigint | undefined
  /**
   * The names from `offset` on, as many as `count`, at tens of millions a second; a few thousand at a time serve best.
   * Throws {@link Space.OffsetOutOfRange} when any of them lies outside `[0, size)`.
   */
  readonly spell: (offset: bigint, count: number) => Array<DomainName>
  /** `config_details`: the normal form, equal exactly where all names are. */
  readonly configDetails: ConfigDetails.ConfigDetails
  /** The constant of the pattern, lower case; empty where it has none. */
  readonly sourceKeyword: string
  /** The pattern in words: `3 letters or digits, then "test"`. */
  readonly sourcePattern: string
}

/** Largest offset that PostgreSQL's `bigint` holds, and so the largest size. */
const maxSize = 2n ** 63n - 1n

/** RFC 1035 2.3.4, in octets. */
const maxName = 253

/** More names than an offset can count. */
export class SpaceTooLarge extends Schema.TaggedError<SpaceTooLarge>()("SpaceTooLarge", { size: Schema.BigInt }) {
  override get message() {
    return `variableLength: this spells ${this.size} names, more than 2^63 - 1: choose fewer positions or characters`
  }
}

/**
 * The one door to generation: reads the columns of `domain_generation_campaign_params` (camelCase; others are ignored,
 * a `constantString` that is null or missing is empty) and answers the enumeration, or everything that is wrong with them.
 */
export const parse = (params: unknown): Result.Result<Enumeration, InvalidPattern | SpaceTooLarge> =>
  Result.gen(function* () {
    const { pattern, tld } = yield* decode(params)
    const parts = Pattern.parts(pattern)
    const label = yield* Label.positions(parts)
    const space = Space.make([...label, ...`.${tld}`])
    if (space.positions.length > maxName) {
      const problem = `names would have ${space.positions.length} characters and may have ${maxName}: shorten it`
      return yield* Result.fail(InvalidPattern.at("tld", problem))
    }
    if (space.size > maxSize) return yield* Result.fail(new SpaceTooLarge({ size: space.size }))
    return {
      pattern,
      tld,
      size: space.size,
      // Words of this space are lower-case LDH labels of legal length by what was checked above; a law tests it.
      at: space.at as Enumeration["at"],
      indexOf: space.indexOf,
      spell: space.spell as Enumeration["spell"],
      configDetails: ConfigDetails.of(label, tld),
      sourceKeyword: pattern.constantString,
      sourcePattern: Label.inWords(parts)
    }
  })

/** {@link parse} as an effect. */
export const make = (params: unknown): Effect.Effect<Enumeration, InvalidPattern | SpaceTooLarge> =>
  Effect.suspend(() => Effect.fromResult(parse(params)))

/** Judges an offset that comes from outside. */
export const offset = (self: Enumeration, value: bigint): Result.Result<bigint, Space.OffsetOutOfRange> =>
  value >= 0n && value < self.size
    ? Result.succeed(value)
    : Result.fail(new Space.OffsetOutOfRange({ field: "offset", value, size: self.size }))

/** `config_hash`: equal for two enumerations if and only if every offset gives the same name in both. */
export const configHash = (self: Enumeration): Effect.Effect<string> => ConfigDetails.hash(self.configDetails)

/** The schemas judge every field by itself; what is wrong is told all at once. */
const decode = (params: unknown) => {
  const row = Predicate.isObject(params) ? params : {}
  const columns = { ...row, constantString: row["constantString"] ?? "" }
  // A pattern of unknown type fails as a whole, and says so worse than its type does.
  const type = decodeType(columns)
  const pattern = decodePattern(columns)
  const tld = Result.map(decodeTld(columns), (behind) => behind.tld)
  return Result.mapError(Result.all({ type, pattern, tld }), () =>
    InvalidPattern.from(Array.getFailures([type, pattern, tld]))
  )
}

const all = { errors: "all" } as const
const decodeType = Schema.decodeUnknownResult(Schema.Struct({ patternType: Pattern.PatternType }), all)
const decodePattern = Schema.decodeUnknownResult(Pattern.Pattern, all)
const decodeTld = Schema.decodeUnknownResult(Schema.Struct({ tld: Tld }), all)
