import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { verdictOn } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, answer, cname, rcode } = Peer

describe("an alias", () => {
  it.live("is followed inside the answer, in any order, and strangers do not count", () =>
    Effect.gen(function* () {
      const { records } = yield* verdictOn("www.test", (asked) =>
        asked.type === "A"
          ? answer(asked, [
              a("stranger.test", "192.0.2.66"),
              a("edge.test", "192.0.2.1"),
              cname("Shop.test", "edge.test"),
              cname("WWW.test", "shop.test"),
              a("EDGE.test", "192.0.2.2"),
              a("www.test.evil.test", "192.0.2.67")
            ])
          : answer(asked, [cname("www.test", "shop.test"), cname("shop.test", "edge.test")])
      )
      assert.deepStrictEqual(records?.ips, ["192.0.2.1", "192.0.2.2"])
      assert.deepStrictEqual(records?.cname, ["shop.test", "edge.test"])
    })
  )

  it.live("to nothing is Unresolved, its chain kept", () =>
    Effect.gen(function* () {
      const dangling = yield* verdictOn("gone.test", (asked) =>
        answer(asked, [cname("gone.test", "expired.test")], { rcode: rcode.nxDomain })
      )
      assert.deepStrictEqual([dangling.status, dangling.records?.cname], ["Unresolved", ["expired.test"]])
      const empty = yield* verdictOn("empty.test", (asked) => answer(asked, [cname("empty.test", "mail.test")]))
      assert.deepStrictEqual([empty.status, empty.records?.reason], ["Unresolved", "NODATA"])
    })
  )

  it.live("that leads in a circle ends, Unresolved", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("one.test", (asked) =>
        answer(asked, [cname("one.test", "two.test"), cname("two.test", "one.test")])
      )
      assert.deepStrictEqual([status, records?.reason], ["Unresolved", "CNAME chain without an end"])
    })
  )

  it.live("is asked after where the server does not resolve for others", () =>
    Effect.gen(function* () {
      const records = [cname("www.test", "cdn.example"), a("cdn.example", "192.0.2.7"), cname("loop.test", "loop.test")]
      const authoritative: Peer.Answering = (asked) =>
        answer(
          asked,
          records.filter(({ name, type }) => name === asked.name && (type === "CNAME" || type === asked.type)),
          { flags: Peer.flag.authoritative }
        )
      const followed = yield* verdictOn("www.test", authoritative)
      assert.strictEqual(followed.status, "Resolved")
      assert.deepStrictEqual([followed.records?.ips, followed.records?.cname], [["192.0.2.7"], ["cdn.example"]])
      const circle = yield* verdictOn("loop.test", authoritative)
      assert.strictEqual(circle.status, "Unresolved")
    })
  )
})
