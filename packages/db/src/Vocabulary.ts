/*
 * Words of the schema's vocabularies as older installations wrote them: in any case, and some that no vocabulary has. What
 * we write is in the one form; what is there is read as what it means, and stays as it is.
 */

/** Reads a word in any case; what is no word at all is read as `otherwise`, so that one odd row does not hide the others. */
export const reader = <Word extends string>(words: ReadonlyArray<Word>, otherwise: Word): ((found: string) => Word) => {
  const known = new Map<string, Word>(words.flatMap((word) => [[word, word] as const, [word.toLowerCase(), word]]))
  // Nearly every row has the word as it should be, and is looked up once.
  return (found) => known.get(found) ?? known.get(found.toLowerCase()) ?? otherwise
}

/** The rows with the word in `column` read so. */
export const amended =
  <Column extends string>(column: Column, read: (found: string) => string) =>
  (rows: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
    rows.map((row) => {
      if (typeof row !== "object" || row === null) return row
      const found: unknown = Reflect.get(row, column)
      if (typeof found !== "string") return row
      const word = read(found)
      return word === found ? row : { ...row, [column]: word }
    })

/** How a word may be spelt in a row. A list, and not a function of the column, so that an index on it serves. */
export const spellings = (word: string): ReadonlyArray<string> => [
  ...new Set([word, word.toLowerCase(), word.toUpperCase(), `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`])
]
