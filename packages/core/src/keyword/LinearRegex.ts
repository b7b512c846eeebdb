import { Context, type Result } from "effect"

/**
 * A regex engine whose work grows linearly with the text, whatever the pattern: user patterns can never stall a
 * process. Its language is RE2's: no lookaround, no back-references, repetition up to 1,000.
 */
export class LinearRegex extends Context.Service<
  LinearRegex,
  {
    /** The compiled pattern, or in words why the engine refuses it. */
    readonly compile: (pattern: string, isCaseSensitive: boolean) => Result.Result<LinearPattern, string>
    /** Several patterns that one pass over a text can rule out. */
    readonly union: (patterns: ReadonlyArray<LinearPattern>) => LinearUnion
  }
>()("@domainflow/core/LinearRegex") {}

export interface LinearPattern {
  readonly pattern: string
  readonly isCaseSensitive: boolean
  /**
   * Calls `onMatch` with the UTF-16 offsets of each match between `from` and `to`, left to right, none overlapping the
   * one before, empty ones left out. Characters outside are seen by `^`, `$` and `\b` only.
   *
   * Finding one match is linear, finding them all is not for every pattern: the engine stops after about `work` units
   * (a unit is some ten nanoseconds), and what it found stands. Answers the units it did.
   */
  readonly each: (
    text: string,
    from: number,
    to: number,
    work: number,
    onMatch: (start: number, end: number) => void
  ) => number
}

export interface LinearUnion {
  /** The indices of the patterns that may match in `text`. The others do not. */
  readonly candidates: (text: string) => ReadonlyArray<number>
}
