import { foldAll } from "@domainflow/core/keyword/CaseFolding"
import { unitsOf } from "../Units.ts"
import * as AhoCorasick from "./AhoCorasick.ts"
import { Needle, type Reading } from "./Needle.ts"
import { Sweep } from "./Sweep.ts"

/** Told of a literal that ends at `end` and starts no further left than `start`. */
export type OnLiteral = (start: number, end: number) => void

/** The strings that are looked for, all in one automaton: those of rules, and the literals that regexes wait for. */
export class Words {
  private readonly entries = new Map<string, Entry>()

  /** What is counted when `pattern` is met. */
  needle(pattern: string, isCaseSensitive: boolean): Needle {
    // Found nowhere, rather than everywhere.
    if (pattern === "") return new Needle()
    const entry = this.entry(foldAll(pattern))
    const known = isCaseSensitive ? entry.exact.find((one) => one.pattern === pattern)?.needle : entry.folded
    const needle = known ?? new Needle()
    if (!isCaseSensitive) entry.folded = needle
    else if (known === undefined) entry.exact.push({ pattern, needle })
    return needle
  }

  /** Calls `onLiteral` wherever `literal`, which is folded, is met. */
  literal(literal: string, onLiteral: OnLiteral): void {
    this.entry(literal).literals.push(onLiteral)
  }

  /** Makes the automaton. What it answers reads a text; `meet` is told of each needle's first match. */
  reader(meet: (needle: Needle) => void): (reading: Reading) => void {
    const entries = [...this.entries.values()]
    if (entries.length === 0) return () => {}
    const automaton = AhoCorasick.make([...this.entries.keys()])
    const { depth, shorter, word } = automaton
    let current: Reading = { text: "", isTitle: false }
    let left = 0

    const sweep = new Sweep(automaton, (node, end) => {
      for (let at = word[node]! >= 0 ? node : shorter[node]!; at > 0; at = shorter[at]!) {
        left--
        const { exact, folded, literals } = entries[word[at]!]!
        if (literals.length > 0) for (const onLiteral of literals) onLiteral(Math.max(0, end - depth[at]!), end)
        if (folded === null && exact.length === 0) continue
        const start = sweep.startOf(end, depth[at]!)
        if (start < 0) continue
        if (folded !== null) found(folded, start, end)
        if (exact.length > 0)
          for (const { needle, pattern } of exact)
            if (pattern.length === end - start && current.text.startsWith(pattern, start)) found(needle, start, end)
      }
      return left > 0
    })
    const found = (needle: Needle, start: number, end: number) => {
      if (needle.count === 0) meet(needle)
      needle.add(current, start, end)
    }

    return (reading) => {
      current = reading
      left = mostMet
      sweep.over(unitsOf(reading.text), reading.text.length)
    }
  }

  private entry(folded: string): Entry {
    const entry = this.entries.get(folded) ?? { folded: null, exact: [], literals: [] }
    this.entries.set(folded, entry)
    return entry
  }
}

/** Who waits for a word: any writing of it, one writing of it, regexes. */
interface Entry {
  folded: Needle | null
  readonly exact: Array<{ readonly pattern: string; readonly needle: Needle }>
  readonly literals: Array<OnLiteral>
}

/**
 * Words met in one text, each with the words that end with it, before the reading stops where it is: half a second. Only
 * sets such as `a`, `aa`, `aaa`, … to the thousandth, on a page of that letter, come near it.
 */
const mostMet = 20_000_000
