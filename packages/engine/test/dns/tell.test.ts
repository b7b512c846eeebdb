import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { names, peered, until } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer } = Peer

describe("tell", () => {
  it.live("tells each verdict when it stands, while another name still waits", () =>
    Effect.gen(function* () {
      let speak = () => {}
      const { stage } = yield* peered(
        (asked) =>
          asked.name === "mute.test"
            ? new Promise((reply) => (speak = () => reply(answer(asked, []))))
            : answer(asked, asked.type === "A" ? [a(asked.name, "192.0.2.1")] : []),
        { queryTimeoutSeconds: 300 }
      )
      const told: Array<readonly [number, DnsVerdict["status"]]> = []
      const asking = yield* Effect.forkChild(
        stage.tell(names("one.test", "mute.test", "two.test"), (place, { status }) => told.push([place, status]))
      )
      yield* until(() => told.length === 2)
      assert.deepStrictEqual(
        told.toSorted(([a], [b]) => a - b),
        [
          [0, "Resolved"],
          [2, "Resolved"]
        ]
      )
      assert.isUndefined(asking.pollUnsafe())

      // IPv4, then IPv6: the name exists.
      yield* until(() => {
        speak()
        return told.length === 3
      })
      yield* Fiber.join(asking)
      assert.deepStrictEqual(told[2], [1, "Unresolved"])
    })
  )

  it.live(
    "tells nothing more once it is interrupted, neither what comes late nor what waited for word of its zone",
    () =>
      Effect.gen(function* () {
        const held: Array<() => void> = []
        const { stage } = yield* peered(
          (asked) => {
            const reply = answer(asked, asked.type === "A" ? [a(asked.name, "192.0.2.1")] : [])
            // The probes of the zone, and one name: both are on their way when the request is dropped.
            return asked.name === "one.held.test" ? reply : new Promise((send) => held.push(() => send(reply)))
          },
          { queryTimeoutSeconds: 300 },
          { wildcard: true }
        )
        let told = 0
        const asking = yield* Effect.forkChild(stage.tell(names("one.held.test", "one.plain.test"), () => told++))
        // Three probes beside the one name, and the other.
        yield* until(() => held.length === 4)
        yield* Fiber.interrupt(asking)
        for (const send of held.splice(0)) send()
        // The probes go on, for they are about the zone: IPv6 of the three.
        yield* until(() => held.length === 3)
        for (const send of held.splice(0)) send()
        const [verdict] = yield* stage.ask(names("one.held.test"))
        assert.isTrue(verdict?.records?.wildcard)
        assert.strictEqual(told, 0)
      })
  )

  it.live("tells nothing about no names", () =>
    Effect.gen(function* () {
      const { stage } = yield* peered(() => undefined)
      yield* stage.tell([], () => assert.fail())
    })
  )
})
