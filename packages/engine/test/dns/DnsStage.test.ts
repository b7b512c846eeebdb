import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { names, peered, verdictOn } from "./asking.ts"
import * as Peer from "./Peer.ts"

const { a, aaaa, answer, rcode, zone } = Peer
/** Enough for a loopback peer, and short where a test has to sit it out. */
const patience = { queryTimeoutSeconds: 0.2 }

describe("a verdict", () => {
  it.live("is Resolved with every address, A before AAAA", () =>
    Effect.gen(function* () {
      const { attempts, records, status } = yield* verdictOn(
        "shop.test",
        zone([a("shop.test", "192.0.2.1", 60), a("shop.test", "192.0.2.2", 60), aaaa("shop.test", "2001:db8::1", 30)])
      )
      assert.strictEqual(status, "Resolved")
      assert.strictEqual(attempts, 1)
      assert.deepInclude(records, {
        ips: ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
        a: [
          { address: "192.0.2.1", ttl: 60 },
          { address: "192.0.2.2", ttl: 60 }
        ],
        aaaa: [{ address: "2001:db8::1", ttl: 30 }],
        cname: [],
        rcode: "NOERROR",
        transport: "udp"
      })
      assert.isAbove(records?.durationMs ?? 0, 0)
    })
  )

  it.live("is Resolved by an IPv6 address alone", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("six.test", zone([aaaa("six.test", "2001:db8::1")]))
      assert.strictEqual(status, "Resolved")
      assert.deepStrictEqual(records?.ips, ["2001:db8::1"])
    })
  )

  it.live("is Unresolved for a name that does not exist, which costs one question", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(zone([]))
      const [verdict] = yield* stage.ask(names("nobody.test"))
      assert.strictEqual(verdict?.status, "Unresolved")
      assert.strictEqual(verdict?.records?.rcode, "NXDOMAIN")
      assert.strictEqual(verdict?.records?.resolver, peer.resolver)
      assert.deepStrictEqual(
        peer.asked.map(({ type }) => type),
        ["A"]
      )
    })
  )

  it.live("is Unresolved for a name without addresses", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("mail.test", (asked) => answer(asked, []))
      assert.strictEqual(status, "Unresolved")
      assert.deepInclude(records, { rcode: "NOERROR", reason: "NODATA", ips: [] })
    })
  )

  it.live("is Resolved by an address of IPv4, though the server says of IPv6 that there is no such name", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("four.test", (asked) =>
        asked.type === "A" ? answer(asked, [a("four.test", "192.0.2.4")]) : answer(asked, [], { rcode: rcode.nxDomain })
      )
      assert.strictEqual(status, "Resolved")
      assert.deepInclude(records, { ips: ["192.0.2.4"], rcode: "NOERROR", reason: "AAAA: NXDOMAIN" })
    })
  )

  it.live("is Unresolved where IPv4 has no address and IPv6 says the name does not exist", () =>
    Effect.gen(function* () {
      const { status } = yield* verdictOn("odd.test", (asked) =>
        asked.type === "A" ? answer(asked, []) : answer(asked, [], { rcode: rcode.nxDomain })
      )
      assert.strictEqual(status, "Unresolved")
    })
  )

  it.live("stays Resolved when only IPv6 fails, and says what is missing", () =>
    Effect.gen(function* () {
      const { attempts, records, status } = yield* verdictOn(
        "four.test",
        (asked) => (asked.type === "A" ? answer(asked, [a("four.test", "192.0.2.4")]) : undefined),
        patience
      )
      assert.deepStrictEqual([status, attempts], ["Resolved", 1])
      assert.deepInclude(records, { ips: ["192.0.2.4"], reason: "AAAA: Timeout" })
    })
  )

  it.live("is Resolved when only IPv4 fails", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("six.test", (asked) =>
        asked.type === "A"
          ? answer(asked, [], { rcode: rcode.servFail })
          : answer(asked, [aaaa("six.test", "2001:db8::6")])
      )
      assert.strictEqual(status, "Resolved")
      assert.deepInclude(records, { ips: ["2001:db8::6"], reason: "A: SERVFAIL" })
    })
  )

  it.live("is Error where one half says nothing is there and the other fails: nobody can know", () =>
    Effect.gen(function* () {
      const { records, status } = yield* verdictOn("half.test", (asked) =>
        asked.type === "A" ? answer(asked, []) : answer(asked, [], { rcode: rcode.servFail })
      )
      assert.strictEqual(status, "Error")
      assert.deepInclude(records, { reason: "SERVFAIL", rcode: "SERVFAIL" })
    })
  )
})

describe("an error", () => {
  const faults: ReadonlyArray<readonly [string, Peer.Answering, object]> = [
    ["SERVFAIL", (asked) => answer(asked, [], { rcode: rcode.servFail }), { reason: "SERVFAIL", rcode: "SERVFAIL" }],
    ["REFUSED", (asked) => answer(asked, [], { rcode: rcode.refused }), { reason: "REFUSED", rcode: "REFUSED" }],
    ["a code nobody expects", (asked) => answer(asked, [], { rcode: 9 }), { reason: "Rcode: NOTAUTH" }],
    ["silence", () => undefined, { reason: "Timeout", rcode: "", resolver: "" }],
    [
      "garbage",
      (asked) => Buffer.concat([asked.octets.subarray(0, 2), Buffer.alloc(7, 0xff)]),
      { reason: "Malformed" }
    ],
    [
      "a record that runs over the end",
      (asked) => answer(asked, [a(asked.name, "192.0.2.1")]).subarray(0, -1),
      { reason: "Malformed" }
    ],
    [
      "an extended code (RFC 6891 6.1.3)",
      (asked) => answer(asked, [], { additionals: [Peer.edns(1)] }),
      { reason: "Rcode: BADVERS" }
    ],
    [
      "a referral by a server that does not resolve for others",
      (asked) => answer(asked, [], { flags: 0, authorities: [{ type: "NS", name: "test", data: "ns.test" }] }),
      { reason: "Lame" }
    ]
  ]

  it.live.each(faults)("is what %s comes to, after every try", ([, answering, records]) =>
    Effect.gen(function* () {
      const verdict = yield* verdictOn("shop.test", answering, patience, { retryAttempts: 1 })
      assert.strictEqual(verdict.status, "Error")
      assert.strictEqual(verdict.attempts, 2)
      assert.deepInclude(verdict.records, records)
    })
  )

  it.live("is not final while tries are left", () =>
    Effect.gen(function* () {
      const { attempts, status } = yield* verdictOn(
        "late.test",
        (asked) =>
          asked.count < 2 ? answer(asked, [], { rcode: rcode.servFail }) : zone([a("late.test", "192.0.2.9")])(asked),
        {},
        { retryAttempts: 3 }
      )
      assert.deepStrictEqual([status, attempts], ["Resolved", 3])
    })
  )

  it.live("of one half is not asked away twice: a try asks for what is not known", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(
        (asked) =>
          asked.type === "A"
            ? answer(asked, [a(asked.name, "192.0.2.1")])
            : asked.count < 2
              ? answer(asked, [], { rcode: rcode.servFail })
              : answer(asked, []),
        {},
        { retryAttempts: 2 }
      )
      const [verdict] = yield* stage.ask(names("shop.test"))
      assert.deepStrictEqual(
        peer.asked.map(({ type }) => type),
        ["A", "AAAA", "AAAA"]
      )
      assert.deepStrictEqual([verdict?.status, verdict?.attempts], ["Resolved", 2])
      assert.notProperty(verdict?.records, "reason")
    })
  )
})

describe("an answer", () => {
  it.live("that is too long for a datagram comes by TCP, whole", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 800 }, (_, i) => a("big.test", `10.0.${i >> 8}.${i & 255}`))
      const { records } = yield* verdictOn("big.test", (asked) =>
        asked.type !== "A"
          ? answer(asked, [])
          : asked.transport === "udp"
            ? answer(asked, many.slice(0, 2), { flags: Peer.flag.truncated | Peer.flag.recursive })
            : answer(asked, many)
      )
      assert.strictEqual(records?.ips.length, 800)
    })
  )

  it.live("names the way it came by", () =>
    Effect.gen(function* () {
      const { records } = yield* verdictOn("big.test", (asked) =>
        asked.transport === "udp" ? answer(asked, [], { flags: Peer.flag.truncated }) : zone([])(asked)
      )
      assert.strictEqual(records?.transport, "tcp")
    })
  )

  it.live("may spell the question in any case", () =>
    Effect.gen(function* () {
      const { status } = yield* verdictOn(
        "shop-1.test",
        (asked) => {
          const name = asked.name.toUpperCase()
          return answer({ ...asked, packet: { ...asked.packet, questions: [{ name, type: "A", class: "IN" }] } }, [
            a(name, "192.0.2.1")
          ])
        },
        patience
      )
      // The AAAA question was answered as one for A: passed over. The A answer counts.
      assert.strictEqual(status, "Resolved")
    })
  )

  it.live("without EDNS is asked for where EDNS is not understood", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered((asked) =>
        (asked.packet.additionals ?? []).length > 0
          ? answer(asked, [], { rcode: rcode.formErr, questions: [] })
          : zone([a("old.test", "192.0.2.1")])(asked)
      )
      const [first, second] = yield* stage.ask(names("old.test", "new.test"))
      assert.deepStrictEqual([first?.status, first?.attempts], ["Resolved", 1])
      assert.strictEqual(second?.status, "Unresolved")
      const plain = peer.asked.filter(({ packet }) => packet.additionals?.length === 0)
      assert.isAtLeast(plain.length, 3)
    })
  )

  it.live("without EDNS is asked for each of those that were on their way when that came out", () =>
    Effect.gen(function* () {
      const all = names(...Array.from({ length: 20 }, (_, n) => `old${n}.test`))
      const { stage } = yield* peered((asked) =>
        (asked.packet.additionals ?? []).length > 0
          ? answer(asked, [], { rcode: rcode.formErr, questions: [] })
          : zone(all.map((name) => a(name, "192.0.2.1")))(asked)
      )
      const verdicts = yield* stage.ask(all)
      assert.deepStrictEqual(
        [...new Set(verdicts.map(({ attempts, status }) => `${status} ${attempts}`))],
        ["Resolved 1"]
      )
    })
  )

  it.live("carries EDNS with 1,232 octets, and asks for recursion", () =>
    Effect.gen(function* () {
      const { peer, stage } = yield* peered(zone([]))
      yield* stage.ask(names("shop.test"))
      const [asked] = peer.asked
      assert.deepInclude(asked?.packet.additionals?.[0], { type: "OPT", udpPayloadSize: 1232, ednsVersion: 0 })
      assert.strictEqual(asked?.octets[2], 1)
    })
  )
})
