import { fold } from "@domainflow/core/keyword/CaseFolding"

/** How the UTF-16 units of a text fold, for a scan that goes unit by unit. What is in none of these is its own folding. */
export interface UnitFolding {
  /** Units that fold to one unit. */
  readonly toOne: ReadonlyMap<number, number>
  /** Units that fold to several: `ß`, `İ`, `ﬁ` and a hundred more. */
  readonly toMany: ReadonlyMap<number, ReadonlyArray<number>>
  /** High surrogates of characters that fold; which one it is takes both halves. Their foldings are pairs too. */
  readonly leads: ReadonlySet<number>
}

/** Made on first use: 120,000 characters are asked, and most programs that import the engine scan nothing. */
export const unitFolding = (): UnitFolding => {
  made ??= make()
  return made
}

let made: UnitFolding | undefined

/** All characters that have case are in the first two planes (a test asks the others). */
const planes = 2

const make = (): UnitFolding => {
  const toOne = new Map<number, number>()
  const toMany = new Map<number, ReadonlyArray<number>>()
  const leads = new Set<number>()
  for (let code = 0; code < planes * 0x10000; code++) {
    const character = String.fromCodePoint(code)
    const folded = fold(character)
    if (folded === character) continue
    if (code > 0xffff) leads.add(character.charCodeAt(0))
    else if (folded.length === 1) toOne.set(code, folded.charCodeAt(0))
    else toMany.set(code, units(folded))
  }
  return { toOne, toMany, leads }
}

/** The UTF-16 units of `text`. */
export const units = (text: string): ReadonlyArray<number> =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
