import { fold } from "@domainflow/core/keyword/CaseFolding"
import { unitFolding } from "./Folding.ts"

/**
 * One automaton for many words (Aho and Corasick, 1975), in flat tables over classes of UTF-16 units.
 *
 * A node stands for the longest end of what was read that begins a word; node 0 for none. Nodes are numbered breadth
 * first, so children are neighbours and the nodes a text spends its time in come first. Those have a row each in
 * `table`, which answers one unit with one look; the deep ones of a large set have edges and failure links only.
 *
 * Words are given folded, and units of the text have the class of their folding: case costs nothing. A unit whose
 * folding is more than one unit has the class `unfolds`.
 */
export interface AhoCorasick {
  /** The class of each UTF-16 unit; 0 is for those in no word. */
  readonly classes: Uint16Array
  /** Row by row, `width` classes each: where the row of the next node begins, or the complement of a node that needs a look. */
  readonly table: Int32Array
  readonly width: number
  /** Nodes that have a row. */
  readonly rows: number
  /** How many units a node stands for. */
  readonly depth: Int32Array
  /** The word that ends at a node, or -1. */
  readonly word: Int32Array
  /** The longest proper end of a node at which a word ends, or 0. */
  readonly shorter: Int32Array
  /** The node after `node` and a unit of class `of`, whichever node it is. */
  readonly next: (node: number, of: number) => number
  /** The classes of the folding of a unit that has the class `unfolds`, or of the pair that it leads. */
  readonly unfold: (unit: number, following: number) => ReadonlyArray<number>
}

/** The class of units that are read by `unfold`; every row answers it with the complement of `unfolding`. */
export const unfolds = 1
export const unfolding = 0x7fffffff

/**
 * Cells of `table` at most: 16 MB. Rows for ten thousand words in one script fit; of larger sets, and of large ones in
 * scripts of thousands of letters, only the nodes near the root have one.
 */
const mostCells = 4 * 2 ** 20

/** Distinct `words`, each folded and not empty. A word's number is its index. */
export const make = (words: ReadonlyArray<string>, cells = mostCells): AhoCorasick => {
  const alphabet = classify(words)
  const keys = words.map((word, number) => ({ number, key: spell(word, alphabet.of) }))
  keys.sort((a, b) => (a.key < b.key ? -1 : 1))
  const trie = grow(keys)
  const { depth, entered, firstChild, nodes, parent, word } = trie

  const child = (node: number, of: number): number => {
    let low = firstChild[node]!
    let high = firstChild[node + 1]!
    while (low < high) {
      const middle = (low + high) >> 1
      if (entered[middle]! < of) low = middle + 1
      else high = middle
    }
    return low < firstChild[node + 1]! && entered[low] === of ? low : -1
  }

  const fail = new Int32Array(nodes)
  const shorter = new Int32Array(nodes)
  for (let node = 1; node < nodes; node++) {
    if (parent[node] !== 0) {
      let from = fail[parent[node]!]!
      let to = child(from, entered[node]!)
      while (to < 0 && from !== 0) {
        from = fail[from]!
        to = child(from, entered[node]!)
      }
      fail[node] = Math.max(to, 0)
    }
    shorter[node] = word[fail[node]!]! >= 0 ? fail[node]! : shorter[fail[node]!]!
  }

  const width = alphabet.count
  const rows = Math.max(1, Math.min(nodes, Math.floor(cells / width)))
  const table = new Int32Array(rows * width)
  table[unfolds] = ~unfolding
  for (let node = 0; node < rows; node++) {
    const row = node * width
    // What a node has no edge for is answered as its longest end would, whose row is done: it is shorter.
    if (node > 0) table.copyWithin(row, fail[node]! * width, (fail[node]! + 1) * width)
    for (let to = firstChild[node]!; to < firstChild[node + 1]!; to++) {
      const plain = to < rows && word[to]! < 0 && shorter[to] === 0
      table[row + entered[to]!] = plain ? to * width : ~to
    }
  }

  const next = (node: number, of: number): number => {
    for (let from = node; ; from = fail[from]!) {
      if (from < rows) {
        const to = table[from * width + of]!
        return to < 0 ? ~to : (to / width) | 0
      }
      const to = child(from, of)
      if (to >= 0) return to
    }
  }

  return { classes: alphabet.classes, table, width, rows, depth, word, shorter, next, unfold: alphabet.unfold }
}

const spell = (word: string, of: (unit: number) => number): string => {
  let key = ""
  for (let at = 0; at < word.length; at++) key += String.fromCharCode(of(word.charCodeAt(at)))
  return key
}

/** Numbers the units of the words from 2 on, and gives every unit of a text the class of what it folds to. */
const classify = (words: ReadonlyArray<string>) => {
  const numbers = new Map<number, number>()
  for (const word of words)
    for (let at = 0; at < word.length; at++) {
      const unit = word.charCodeAt(at)
      if (!numbers.has(unit)) numbers.set(unit, numbers.size + 2)
    }
  const of = (unit: number) => numbers.get(unit) ?? 0

  const { leads, toMany, toOne } = unitFolding()
  const classes = new Uint16Array(0x10000)
  for (const [unit, number] of numbers) classes[unit] = leads.has(unit) ? unfolds : number
  for (const [unit, folded] of toOne) classes[unit] = of(folded)
  // One that shares no letter with the words is outside them whole.
  for (const [unit, folded] of toMany) if (folded.some((part) => numbers.has(part))) classes[unit] = unfolds

  const unfold = (unit: number, following: number): ReadonlyArray<number> => {
    const many = toMany.get(unit)
    if (many !== undefined) return many.map(of)
    if ((following & 0xfc00) !== 0xdc00) return [of(unit)]
    const pair = fold(String.fromCharCode(unit, following))
    return [of(pair.charCodeAt(0)), of(pair.charCodeAt(1))]
  }
  return { count: numbers.size + 2, of, classes, unfold }
}

/** The trie of sorted keys, breadth first: the children of a node are those from `firstChild` of it to that of the next. */
const grow = (keys: ReadonlyArray<{ readonly key: string; readonly number: number }>) => {
  const most = keys.reduce((sum, { key }) => sum + key.length, 1)
  const depth = new Int32Array(most)
  const entered = new Int32Array(most)
  const parent = new Int32Array(most)
  const word = new Int32Array(most).fill(-1)
  const firstChild = new Int32Array(most + 1)
  // The keys that pass through a node are neighbours.
  const from = new Int32Array(most)
  const to = new Int32Array(most)
  to[0] = keys.length
  let nodes = 1
  for (let node = 0; node < nodes; node++) {
    firstChild[node] = nodes
    const at = depth[node]!
    let key = from[node]!
    if (key < to[node]! && keys[key]!.key.length === at) word[node] = keys[key++]!.number
    while (key < to[node]!) {
      const of = keys[key]!.key.charCodeAt(at)
      parent[nodes] = node
      entered[nodes] = of
      depth[nodes] = at + 1
      from[nodes] = key
      while (key < to[node]! && keys[key]!.key.charCodeAt(at) === of) key++
      to[nodes++] = key
    }
  }
  firstChild[nodes] = nodes
  return { nodes, depth, entered, parent, word, firstChild }
}
