/**
 * Choices that are a function of a name and nothing else: no clock, no randomness, no state.
 *
 * Whatever this internet decides about a name it decides here, so the same name has the same answer in every run.
 */

/** 32 bits that stand for a name (FNV-1a over its octets, then mixed); names are expected in lower case. */
export const seed = (name: string): number => {
  let hash = offsetBasis
  for (let index = 0; index < name.length; index++) hash = step(hash, name.charCodeAt(index))
  return mix(hash)
}

export const offsetBasis = 0x811c9dc5

/** One octet further; with `offsetBasis` and `mix` the DNS server computes `seed` straight from a packet. */
export const step = (hash: number, octet: number): number => Math.imul(hash ^ octet, 0x01000193)

/** The finaliser of MurmurHash3: names that differ in one letter differ in half their bits. */
export const mix = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** An independent 32-bit number for every `salt`: one per decision about a name. */
export const derive = (seed: number, salt: number): number => mix(seed ^ Math.imul(salt + 1, 0x9e3779b1))

/** How many of 10,000 names are of each kind. */
export type Shares<Kind extends string> = Readonly<Record<Kind, number>>

export const whole = 10_000

/** A throw of one die of `whole` sides, its sides given to kinds as `shares` says. */
export const die = <Kind extends string>(shares: Shares<Kind>, salt: number): ((seed: number) => Kind) => {
  const sides: Array<Kind> = []
  // Object.keys forgets the key type; the record holds every kind and nothing else.
  for (const kind of Object.keys(shares) as Array<Kind>) for (let n = shares[kind]; n > 0; n--) sides.push(kind)
  if (sides.length !== whole) throw new RangeError(`shares sum to ${sides.length}, not to ${whole}`)
  return (seed) => sides[derive(seed, salt) % whole]!
}

/** A sequence of choices for texts: each call moves on. Two draws of one seed choose alike. */
export interface Draw {
  /** An integer in [0, below). */
  readonly int: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** `count` different elements, or all of them when there are fewer. */
  readonly some: <A>(from: ReadonlyArray<A>, count: number) => ReadonlyArray<A>
}

export const draw = (seed: number, salt: number): Draw => {
  let turn = derive(seed, salt)
  const next = () => {
    turn = (turn + 0x6d2b79f5) >>> 0
    return mix(turn)
  }
  const int = (below: number) => next() % below
  return {
    int,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (from) => from[int(from.length)]!,
    some: (from, count) => {
      const rest = [...from]
      return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(int(rest.length), 1)[0]!)
    }
  }
}
