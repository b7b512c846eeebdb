/**
 * The full case folding of one character (Unicode 3.13, `toCasefold`): two texts say the same, whatever their case,
 * when their folded characters are the same. One character may fold to several: `ß` to `ss`, `ﬁ` to `fi`, `İ` to `i̇`.
 * A lone surrogate is its own folding.
 */
export const fold = (character: string): string =>
  // The dotless i has an upper case it shares with i, and yet folds to itself: only Turkish rules make them one.
  character === "ı" ? character : character.toLowerCase().toUpperCase().toLowerCase()

/** The folding of every character, put together. */
export const foldAll = (text: string): string => (isAscii(text) ? text.toLowerCase() : Array.from(text, fold).join(""))

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, its controls included.
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)
