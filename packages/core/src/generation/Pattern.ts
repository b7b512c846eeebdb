import { Schema } from "effect"
import type { Part } from "./Label.ts"
import * as Both from "./patterns/Both.ts"
import * as CharPermutation from "./patterns/CharPermutation.ts"
import * as Prefix from "./patterns/Prefix.ts"
import * as PrefixSuffix from "./patterns/PrefixSuffix.ts"
import * as Suffix from "./patterns/Suffix.ts"

/** How the labels of a generation are spelled. One case per file in `patterns/`, named as `pattern_type` stores it. */
export const Pattern = Schema.Union([
  Schema.Struct({ patternType: Schema.tag("prefix"), ...Prefix.fields }),
  Schema.Struct({ patternType: Schema.tag("suffix"), ...Suffix.fields }),
  Schema.Struct({ patternType: Schema.tag("both"), ...Both.fields }),
  Schema.Struct({ patternType: Schema.tag("prefix_suffix"), ...PrefixSuffix.fields }),
  Schema.Struct({ patternType: Schema.tag("char_permutation"), ...CharPermutation.fields })
]).pipe(Schema.toTaggedUnion("patternType"))
export type Pattern = typeof Pattern.Type

/** The vocabulary of `domain_generation_campaign_params.pattern_type`. */
export const PatternType = Schema.Literals(Pattern.discriminants).annotate({
  message: `use one of ${Pattern.discriminants.join(", ")}`
})
export type PatternType = typeof PatternType.Type

/** What a label of the pattern is made of, left to right. */
export const parts = (self: Pattern): ReadonlyArray<Part> =>
  Pattern.match(self, {
    prefix: Prefix.parts,
    suffix: Suffix.parts,
    both: Both.parts,
    prefix_suffix: PrefixSuffix.parts,
    char_permutation: CharPermutation.parts
  })
