import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Timed, Wheel } from "../../src/dns/Wheel.ts"

class Wait implements Timed<Wait> {
  before: Wait | undefined = undefined
  after: Wait | undefined = undefined
  bucket = 0
  due = 0
}
const tick = 4

const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("add" as const), who: fc.nat(9), after: fc.integer({ min: 0, max: 40_000 }) }),
    fc.record({ kind: fc.constant("remove" as const), who: fc.nat(9) }),
    fc.record({ kind: fc.constant("advance" as const), by: fc.oneof(fc.nat(20), fc.nat(50_000)) })
  ),
  { maxLength: 60 }
)

describe("Wheel", () => {
  it("fires what is due, once, never early and at most a tick late: like a list that is searched", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), commands, (start, commands) => {
        let now = start
        const wheel = new Wheel<Wait>(now)
        const waits = Array.from({ length: 10 }, () => new Wait())
        const expected = new Map<Wait, number>()
        const fire = (wait: Wait) => {
          assert.isAtMost(expected.get(wait) ?? Infinity, now)
          expected.delete(wait)
        }
        for (const command of commands) {
          if (command.kind === "advance") {
            now += command.by
            wheel.advance(now, fire)
            for (const due of expected.values()) assert.isAbove(due, now - 2 * tick)
          } else if (command.kind === "remove") {
            wheel.remove(waits[command.who]!)
            expected.delete(waits[command.who]!)
          } else if (!expected.has(waits[command.who]!)) {
            wheel.add(waits[command.who]!, now + command.after)
            expected.set(waits[command.who]!, now + command.after)
          }
          const next = wheel.next()
          if (expected.size === 0) assert.isUndefined(next)
          else assert.isAtMost(next!, Math.max(...[Math.min(...expected.values()), now]) + 2 * tick)
        }
        now += 100_000
        wheel.advance(now, fire)
        wheel.advance(now, fire)
        assert.strictEqual(expected.size, 0)
      })
    )
  })

  it("lets what it fires add and remove", () => {
    const wheel = new Wheel<Wait>(0)
    const [first, second] = [new Wait(), new Wait()]
    wheel.add(first, 10)
    wheel.add(second, 10)
    const fired: Array<Wait> = []
    const fire = (wait: Wait) => {
      fired.push(wait)
      if (fired.length === 1) wheel.add(wait, 50)
    }
    wheel.advance(20, fire)
    assert.strictEqual(fired.length, 2)
    assert.strictEqual(wheel.next(), 52)
    wheel.advance(52, fire)
    assert.strictEqual(fired[2], fired[0])
    assert.isUndefined(wheel.next())
  })
})
