import { createSocket } from "node:dgram"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { names, peered, verdictOn } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, zone } = Peer
const truth = "192.0.2.1"
const lie = "203.0.113.66"
/** The forged messages first, then the right one. */
const after =
  (...forged: ReadonlyArray<(asked: Peer.Asked) => Buffer>): Peer.Answering =>
  (asked) => [...forged.map((forge) => forge(asked)), zone([a("shop.test", truth)])(asked) as Buffer]
const withId = (message: Buffer, id: number): Buffer => {
  message.writeUInt16BE(id & 0xffff, 0)
  return message
}
const about = (asked: Peer.Asked, name: string, type: "A" | "MX" = "A"): Buffer =>
  answer({ ...asked, packet: { ...asked.packet, questions: [{ name, type, class: "IN" }] } }, [a(name, lie)])

describe("a forged answer", () => {
  const forgeries: ReadonlyArray<readonly [string, (asked: Peer.Asked) => Buffer]> = [
    ["another id", (asked) => withId(answer(asked, [a("shop.test", lie)]), (asked.packet.id ?? 0) + 1)],
    ["another name", (asked) => about(asked, "shop.evil")],
    ["a longer name", (asked) => about(asked, "shop.test.evil")],
    ["another type", (asked) => about(asked, "shop.test", "MX")],
    ["a query instead", (asked) => asked.octets],
    ["garbage under the right id", (asked) => Buffer.concat([asked.octets.subarray(0, 2), Buffer.alloc(40, 0xff)])],
    ["nothing at all", () => Buffer.alloc(0)]
  ]

  it.live.each(forgeries)("with %s is passed over, and the right one counts", ([, forge]) =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("shop.test", after(forge, forge, forge), { queryTimeoutSeconds: 2 })
      assert.strictEqual(status, "Resolved")
      assert.deepStrictEqual(records?.ips, [truth])
    })
  )

  it.live("does not speak for the name under whose id it comes", () =>
    Effect.gen(function* () {
      // Two names are in flight; the answer of each comes under the id of the other.
      const waiting: Array<Peer.Asked> = []
      const { stage } = yield* peered(
        (asked) => {
          waiting.push(asked)
          if (waiting.length !== 2) return undefined
          const [first, second] = waiting as [Peer.Asked, Peer.Asked]
          return [
            withId(answer(first, [a(first.name, lie)]), second.packet.id ?? 0),
            withId(answer(second, [a(second.name, lie)]), first.packet.id ?? 0)
          ]
        },
        { queryTimeoutSeconds: 0.2 }
      )
      const verdicts = yield* stage.ask(names("one.test", "two.test"))
      for (const { records, status } of verdicts) {
        assert.strictEqual(status, "Error")
        assert.deepStrictEqual(records?.ips, [])
      }
    })
  )

  it.live("from another address or port is not even heard", () =>
    Effect.gen(function* () {
      const stranger = yield* Effect.acquireRelease(
        Effect.sync(() => createSocket("udp4")),
        (socket) => Effect.sync(() => socket.close())
      )
      const { stage } = yield* peered(async (asked) => {
        // All that matters is right, but for where it comes from.
        const forged = answer(asked, [a("shop.test", lie)])
        await new Promise((sent) => stranger.send(forged, asked.from?.port ?? 0, "127.0.0.1", sent))
        await new Promise((later) => setTimeout(later, 50))
        return zone([a("shop.test", truth)])(asked)
      })
      const [verdict] = yield* stage.ask(names("shop.test"))
      assert.deepStrictEqual(verdict?.records?.ips, [truth])
    })
  )
})

describe("against forgery", () => {
  it.live("ids and ports are drawn at random, and several ports are used", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(zone([]), { maxConcurrentGoroutines: 1_000 })
      yield* stage.ask(names(...Array.from({ length: 400 }, (_, i) => `n${i}.test`)))
      const ids = peer.asked.map(({ packet }) => packet.id ?? 0)
      const steps = ids.slice(1).filter((id, i) => Math.abs(id - ids[i]!) < 64)
      assert.isBelow(steps.length, 20)
      assert.strictEqual(new Set(peer.asked.map(({ from }) => from?.port)).size, 4)
    })
  )
})
