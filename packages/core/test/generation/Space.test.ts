import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Space from "../../src/generation/Space.ts"

/** Positions of one to forty digits: constants, and every radix an odometer may have to carry. */
const spaces = fc
  .array(
    fc
      .uniqueArray(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-ABC"), { minLength: 1, maxLength: 40 })
      .map((digits) => digits.join("")),
    { maxLength: 14 }
  )
  .map(Space.make)

const spaceAndIndex = spaces.chain((space) =>
  fc.tuple(fc.constant(space), fc.bigInt({ min: 0n, max: space.size - 1n }))
)

describe("Space", () => {
  it("counts what it holds", () => {
    assert.strictEqual(Space.make(["ab", "x", "012"]).size, 6n)
    assert.strictEqual(Space.make([]).size, 1n)
  })

  it("goes from index to word and back", () => {
    fc.assert(fc.property(spaceAndIndex, ([space, index]) => space.indexOf(space.at(index)) === index))
  })

  it("knows no index for what it does not spell", () => {
    const space = Space.make(["ab", "x", "012"])
    for (const word of ["", "ax", "ax3", "ay0", "cx0", "ax00", "Ax0"]) assert.isUndefined(space.indexOf(word), word)
  })

  it("orders words by their digits, the leftmost first", () => {
    const space = Space.make(["ba", "x", "102"])
    assert.deepStrictEqual(space.spell(0n, 6), ["bx1", "bx0", "bx2", "ax1", "ax0", "ax2"])
  })

  it("spells in a row what it spells one by one, wherever it enters", () => {
    fc.assert(
      fc.property(spaceAndIndex, fc.integer({ min: 0, max: 300 }), ([space, from], wanted) => {
        const left = space.size - from
        const count = left < BigInt(wanted) ? Number(left) : wanted
        const each = Array.from({ length: count }, (_, i) => space.at(from + BigInt(i)))
        assert.deepStrictEqual(space.spell(from, count), each)
      })
    )
  })

  it("carries over every wheel, at the turn of each radix", () => {
    for (const radix of [2, 3, 7, 10, 36, 37, 64, 65]) {
      const digits = Array.from({ length: radix }, (_, i) => String.fromCharCode(0x100 + i)).join("")
      const space = Space.make(Array.from({ length: 8 }, () => digits))
      for (let power = 1n; power <= 8n; power++) {
        const carry = BigInt(radix) ** power
        const from = carry - 2n
        const count = carry === space.size ? 2 : 5
        const each = Array.from({ length: count }, (_, i) => space.at(from + BigInt(i)))
        assert.deepStrictEqual(space.spell(from, count), each, `radix ${radix}, power ${power}`)
      }
    }
  })

  it("goes round a whole wheel and more in one call", () => {
    const space = Space.make(["0123456789", ..."-".repeat(2), "0123456789", "0123456789", "0123456789", "0123456789"])
    const each = Array.from({ length: 20_001 }, (_, i) => space.at(54_321n + BigInt(i)))
    assert.deepStrictEqual(space.spell(54_321n, 20_001), each)
  })

  it("refuses what lies outside", () => {
    const space = Space.make(["ab", "x", "012"])
    const outside = (f: () => unknown, value: bigint) => {
      try {
        f()
      } catch (error) {
        assert.instanceOf(error, Space.OffsetOutOfRange)
        assert.strictEqual(error.value, value)
        assert.strictEqual(error.message, `offset ${value} lies outside [0, 6): choose one from 0 to 5`)
        return
      }
      assert.fail(`${value} was accepted`)
    }
    outside(() => space.at(-1n), -1n)
    outside(() => space.at(6n), 6n)
    outside(() => space.spell(-1n, 1), -1n)
    outside(() => space.spell(6n, 1), 6n)
    outside(() => space.spell(4n, 3), 6n)
    assert.deepStrictEqual(space.spell(6n, 0), [])
  })
})
