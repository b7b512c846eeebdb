import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Listed, type Moment, strategies } from "../../src/dns/Strategy.ts"

const listed = (count: number, weights: Record<string, number> = {}, preferred: ReadonlyArray<string> = []): Listed => {
  const [first, ...others] = Array.from({ length: count }, (_, place) => `r${place}`)
  return { resolvers: [first!, ...others], weights, preferred }
}
const start: Moment = { turn: 0, asked: 0, beside: 0, moves: 0 }
const turns = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ ...start, turn: from + i }))
const size = fc.integer({ min: 1, max: 9 })
/** Draws what fast-check wants: every shuffle is tried. */
const below = fc.infiniteStream(fc.nat()).map((draws) => (n: number) => Number(draws.next().value) % n)

describe("random_rotation", () => {
  const { cycle, pick } = strategies.random_rotation

  it("asks every resolver once in a round, from whatever turn", () => {
    fc.assert(
      fc.property(size, below, fc.nat(), (count, below, from) => {
        const order = cycle(listed(count), below)
        const round = turns(from, count).map((moment) => pick(order, moment))
        assert.sameMembers(round, [...Array(count).keys()])
      })
    )
  })

  it("comes to every order", () => {
    const orders = new Set<string>()
    for (let first = 0; first < 2; first++) {
      for (let second = 0; second < 3; second++) {
        const draws = [first, second]
        orders.add(cycle(listed(3), (n) => draws.shift()! % n).join())
      }
    }
    assert.strictEqual(orders.size, 6)
  })

  it("asks another resolver in every further try", () => {
    fc.assert(
      fc.property(size, below, fc.nat(), (count, below, turn) => {
        const order = cycle(listed(count), below)
        const tries = [...Array(count).keys()].map((asked) => pick(order, { ...start, turn, asked }))
        assert.strictEqual(new Set(tries).size, count)
      })
    )
  })
})

describe("weighted_rotation", () => {
  const { cycle, pick } = strategies.weighted_rotation
  const none = () => 0

  it("gives 3 and 1 over eight names as six and two, apart", () => {
    const order = cycle(listed(2, { r0: 3, r1: 1 }), none)
    const picks = turns(0, 8).map((moment) => pick(order, moment))
    assert.deepStrictEqual(picks, [0, 0, 1, 0, 0, 0, 1, 0])
  })

  it("keeps exact proportions over a cycle, from whatever turn", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (shares, from) => {
          const weights = Object.fromEntries(shares.map((share, place) => [`r${place}`, share]))
          const order = cycle(listed(shares.length, weights), none)
          const total = shares.reduce((sum, share) => sum + share)
          const picks = turns(from, total).map((moment) => pick(order, moment))
          for (const [place, share] of shares.entries()) {
            assert.strictEqual(picks.filter((picked) => picked === place).length, share)
          }
        }
      )
    )
  })

  it("counts a resolver without a weight as one", () => {
    const order = cycle(listed(2, { r1: 2 }), none)
    assert.deepStrictEqual([...order].sort(), [0, 1, 1])
  })

  it("asks another resolver in every further try, however heavy the first", () => {
    const order = cycle(listed(3, { r0: 50 }), none)
    fc.assert(
      fc.property(fc.nat(), (turn) => {
        assert.strictEqual(new Set([0, 1, 2].map((asked) => pick(order, { ...start, turn, asked }))).size, 3)
      })
    )
  })
})

describe("specific_order", () => {
  const { cycle, pick } = strategies.specific_order
  const order = cycle(listed(4, {}, ["r2", "r0", "unlisted", "r2"]), () => 0)

  it("takes the preferred ones first, then the others as they are listed", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3, 4].map((asked) => pick(order, { ...start, asked })),
      [2, 0, 1, 3, 2]
    )
  })

  it("begins anew with every name", () => {
    assert.deepStrictEqual(
      turns(0, 5).map((moment) => pick(order, moment)),
      [2, 2, 2, 2, 2]
    )
  })
})

describe("sequential_failover", () => {
  const { cycle, pick } = strategies.sequential_failover
  const order = cycle(listed(3), () => 0)

  it("stays with the first, whatever the turn or the try", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (turn, asked) => {
        assert.strictEqual(pick(order, { ...start, turn, asked }), 0)
      })
    )
  })

  it("moves on with every fault, round and round", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3].map((moves) => pick(order, { ...start, moves })),
      [0, 1, 2, 0]
    )
  })
})

it("every strategy asks different resolvers beside each other", () => {
  fc.assert(
    fc.property(
      size,
      below,
      fc.record({ turn: fc.nat(), moves: fc.nat(), rounds: fc.nat(3) }),
      (count, below, { moves, rounds, turn }) => {
        for (const { cycle, pick } of Object.values(strategies)) {
          const order = cycle(listed(count, { r0: 3 }), below)
          const picks = [...Array(count).keys()].map((beside) =>
            pick(order, { turn, moves, beside, asked: rounds * count + beside })
          )
          assert.strictEqual(new Set(picks).size, count)
        }
      }
    )
  )
})
