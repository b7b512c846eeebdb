import { assert, describe, it } from "@effect/vitest"
import * as dnsPacket from "dns-packet"
import * as fc from "fast-check"
import * as Answer from "../../src/dns/Answer.ts"
import * as Wire from "../../src/dns/Wire.ts"

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/)
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."))
const type = fc.constantFrom<Wire.AddressType>(Wire.recordType.A, Wire.recordType.AAAA)
const address = { [Wire.recordType.A]: fc.ipV4(), [Wire.recordType.AAAA]: fc.ipV6() }

const question = (name: string, type: Wire.AddressType, edns = true): Buffer => {
  const target = Buffer.alloc(Wire.maxQuestionSize)
  return target.subarray(0, Wire.writeQuestion(target, name, type, edns))
}
const record = (type: Wire.AddressType, name: string, data: string, ttl: number): dnsPacket.Answer => ({
  type: typeName(type),
  name,
  data,
  ttl
})
const typeName = (type: Wire.AddressType): "A" | "AAAA" => (type === Wire.recordType.A ? "A" : "AAAA")

/** Puts a message somewhere inside a larger buffer, as streams hold them. */
const within = (message: Uint8Array, before: number, after: number, filling: number) => {
  const octets = Buffer.concat([Buffer.alloc(before, filling), message, Buffer.alloc(after, filling)])
  return { octets, start: before, end: before + message.length }
}

const read = (asked: Buffer, message: Uint8Array, before = 0, after = 0, filling = 0xc0) => {
  const { octets, start, end } = within(message, before, after, filling)
  const answer = Answer.empty()
  const relation = Wire.relation(asked, octets, start, end)
  return { relation, answer, outcome: relation === "answer" ? Answer.read(octets, start, end, asked, answer) : "none" }
}

describe("a question", () => {
  it("reads the same to another codec", () => {
    fc.assert(
      fc.property(name, type, fc.boolean(), (name, type, edns) => {
        const asked = question(name, type, edns)
        const packet = dnsPacket.decode(asked)
        assert.deepStrictEqual(packet.questions, [{ name, type: typeName(type), class: "IN" }])
        assert.strictEqual(packet.additionals?.length, edns ? 1 : 0)
        // A query, recursion desired, and no other flag.
        assert.deepStrictEqual([...asked.subarray(2, 4)], [1, 0])
      })
    )
  })

  it("of the longest name fits", () => {
    const longest = [63, 63, 63, 61].map((length) => "a".repeat(length)).join(".")
    assert.strictEqual(longest.length, 253)
    const asked = question(longest, Wire.recordType.AAAA)
    assert.strictEqual(asked.length, Wire.maxQuestionSize)
    assert.strictEqual(dnsPacket.decode(asked).questions?.[0]?.name, longest)
  })

  it("written over a longer one leaves nothing of it", () => {
    fc.assert(
      fc.property(name, name, type, (first, second, type) => {
        const target = Buffer.alloc(Wire.maxQuestionSize)
        Wire.writeQuestion(target, first, type, true)
        const size = Wire.writeQuestion(target, second, type, true)
        assert.deepStrictEqual(target.subarray(0, size), question(second, type))
      })
    )
  })
})

describe("an answer", () => {
  const answers = fc.tuple(name, type, fc.boolean()).chain(([name, type, authoritative]) =>
    fc.record({
      name: fc.constant(name),
      type: fc.constant(type),
      flags: fc.constant(authoritative ? dnsPacket.AUTHORITATIVE_ANSWER : dnsPacket.RECURSION_AVAILABLE),
      addresses: fc.array(fc.record({ data: address[type], ttl: fc.nat(2_147_483_647) }), { maxLength: 20 })
    })
  )

  it("written by another codec is read as it was meant, wherever it lies in memory", () => {
    fc.assert(
      fc.property(answers, fc.nat(9), fc.nat(9), ({ addresses, flags, name, type }, before, after) => {
        const asked = question(name, type)
        const message = dnsPacket.encode({
          type: "response",
          flags,
          questions: [{ name, type: typeName(type) }],
          answers: addresses.map(({ data, ttl }) => record(type, name, data, ttl))
        })
        const { answer, outcome } = read(asked, message, before, after)
        assert.strictEqual(outcome, "whole")
        const written = (dnsPacket.decode(message).answers ?? []) as ReadonlyArray<{ data: string; ttl: number }>
        assert.deepStrictEqual(
          answer.addresses,
          written.map(({ data, ttl }) => ({
            address: new URL(`http://${data.includes(":") ? `[${data}]` : data}`).hostname.replace(/[[\]]/g, ""),
            ttl
          }))
        )
      })
    )
  })

  it("is never read past its end, nor ever throws, however it is damaged", () => {
    const damage = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(answers, damage, fc.nat(600), ({ addresses, flags, name, type }, damage, cut) => {
        const asked = question(name, type)
        const whole = dnsPacket.encode({
          type: "response",
          flags,
          questions: [{ name, type: typeName(type) }],
          answers: [
            { type: "CNAME", name, data: `edge.${name}` },
            ...addresses.map(({ data, ttl }) => record(type, `edge.${name}`, data, ttl))
          ]
        })
        const message = Buffer.from(whole.subarray(0, whole.length - (cut % whole.length)))
        for (const [at, octet] of damage) if (at < message.length) message[at] = octet
        // What lies behind the end makes no difference, so it was not read.
        const [first, second] = [0xc0, 0x01].map((filling) => read(asked, message, 3, 40, filling))
        assert.deepStrictEqual(first, second)
        assert.include(["none", "whole", "truncated", "malformed"], first?.outcome)
      }),
      { numRuns: 2_000 }
    )
  })

  it("never speaks for another name", () => {
    fc.assert(
      fc.property(name, name, type, (name, other, type) => {
        fc.pre(name !== other)
        const message = dnsPacket.encode({
          type: "response",
          questions: [{ name: other, type: typeName(type) }],
          answers: [{ type: "A", name: other, data: "192.0.2.1" }]
        })
        assert.strictEqual(read(question(name, type), message).relation, "foreign")
      })
    )
  })

  it("is known by its question in any case of its letters", () => {
    fc.assert(
      fc.property(name, type, fc.infiniteStream(fc.boolean()), (name, type, upper) => {
        const spelt = [...name].map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter)).join("")
        const message = dnsPacket.encode({ type: "response", questions: [{ name: spelt, type: typeName(type) }] })
        assert.strictEqual(read(question(name, type), message).relation, "answer")
      })
    )
  })

  it.each([
    ["a query", (m: Buffer) => m.writeUInt8(m[2]! & 0x7f, 2)],
    ["another opcode", (m: Buffer) => m.writeUInt8(m[2]! | 0x28, 2)],
    ["two questions", (m: Buffer) => m.writeUInt16BE(2, 4)],
    ["another type", (m: Buffer) => m.writeUInt8(2, m.length - 3)],
    ["another class", (m: Buffer) => m.writeUInt8(3, m.length - 1)],
    ["a letter that differs in more than its case", (m: Buffer) => m.writeUInt8(m[13]! ^ 0x21, 13)],
    ["a digit with the bit of another case", (m: Buffer) => m.writeUInt8(m[14]! ^ 0x20, 14)]
  ])("is none when it is %s", (_, change) => {
    const asked = question("a1.test", Wire.recordType.A, false)
    const message = Buffer.from(asked)
    message[2] = 0x81
    assert.strictEqual(read(asked, message).relation, "answer")
    change(message)
    assert.strictEqual(read(asked, message).relation, "foreign")
  })

  it("without a question counts only as a fault", () => {
    const asked = question("a.test", Wire.recordType.A)
    const blank = (rcode: number) => Buffer.from([0, 0, 0x80, rcode, 0, 0, 0, 0, 0, 0, 0, 0])
    assert.strictEqual(read(asked, blank(5)).relation, "blank")
    assert.strictEqual(read(asked, blank(0)).relation, "foreign")
    assert.strictEqual(read(asked, blank(3)).relation, "foreign")
  })
})

/** A message of octets, after the question for the A records of `a.test`: 24 octets to there. */
const crafted = (count: number, ...records: ReadonlyArray<number>) => {
  const asked = question("a.test", Wire.recordType.A, false)
  const head = Buffer.from(asked)
  head[2] = 0x81
  head[3] = 0x80
  head[7] = count
  return { asked, message: Buffer.concat([head, Buffer.from(records)]) }
}
const toQuestion = [0xc0, 0x0c]
const internet = [0, 1]
const ttl = [0, 0, 0, 60]

describe("compression (RFC 1035 4.1.4)", () => {
  it("is followed backwards, into the middle of names", () => {
    // a.test CNAME b.<test>; b.test A 192.0.2.1, its owner a pointer into the first record's content.
    const alias = [...toQuestion, 0, 5, ...internet, ...ttl, 0, 4, 1, 0x62, 0xc0, 14]
    const owned = [0xc0, 24 + 12, 0, 1, ...internet, ...ttl, 0, 4, 192, 0, 2, 1]
    const { asked, message } = crafted(2, ...alias, ...owned)
    for (const before of [0, 7]) {
      const { answer, outcome } = read(asked, message, before, 5)
      assert.strictEqual(outcome, "whole")
      assert.deepStrictEqual(answer.aliases, ["b.test"])
      assert.deepStrictEqual(answer.addresses, [{ address: "192.0.2.1", ttl: 60 }])
    }
  })

  it.each([
    ["to itself", [0xc0, 24]],
    ["forwards", [0xc0, 30]],
    ["in a circle through a label", [1, 0x61, 0xc0, 24]],
    ["into the header", [0xc0, 4]],
    ["with a reserved length", [0x40, 0]],
    ["that is cut in half", [0xc0]]
  ])("%s is malformed", (_, owner) => {
    const { asked, message } = crafted(1, ...owner, 0, 1, ...internet, ...ttl, 0, 4, 192, 0, 2, 1)
    assert.strictEqual(read(asked, message).outcome, "malformed")
  })

  it("of many jumps is malformed: it would cost its sender nothing and us time", () => {
    // A text record full of pointers, each to the one before it, and an owner that points at the last.
    const pointers = Array.from({ length: 100 }, (_, i) => [0xc0, i === 0 ? 12 : 34 + 2 * i]).flat()
    const text = [...toQuestion, 0, 16, ...internet, ...ttl, 0, pointers.length, ...pointers]
    const owner = [0xc0, 36 + pointers.length - 2, 0, 1, ...internet, ...ttl, 0, 4, 192, 0, 2, 1]
    const { asked, message } = crafted(2, ...text, ...owner)
    assert.strictEqual(read(asked, message).outcome, "malformed")
  })
})

describe("a record", () => {
  it.each([
    ["an address of three octets", [...toQuestion, 0, 1, ...internet, ...ttl, 0, 3, 192, 0, 2]],
    ["an alias with octets behind its name", [...toQuestion, 0, 5, ...internet, ...ttl, 0, 3, 0xc0, 12, 0]],
    ["a name longer than 255", [...Array.from({ length: 5 }, () => [63, ...Buffer.alloc(63, 0x61)]).flat(), 0]],
    ["a record that is not there", []]
  ])("that is %s makes the message malformed", (_, octets) => {
    const { asked, message } = crafted(1, ...octets)
    assert.strictEqual(read(asked, message).outcome, "malformed")
  })

  it("of another class does not count", () => {
    const { asked, message } = crafted(1, ...toQuestion, 0, 1, 0, 3, ...ttl, 0, 4, 192, 0, 2, 1)
    const { answer, outcome } = read(asked, message)
    assert.deepStrictEqual([outcome, answer.addresses], ["whole", []])
  })

  it("with the top bit of its TTL set may not be kept (RFC 2181 8)", () => {
    const { asked, message } = crafted(1, ...toQuestion, 0, 1, ...internet, 0x80, 0, 0, 60, 0, 4, 192, 0, 2, 1)
    assert.deepStrictEqual(read(asked, message).answer.addresses, [{ address: "192.0.2.1", ttl: 0 }])
  })

  it("may alias to a name that is none: it is written so that nothing of it is lost or harmful", () => {
    const { asked, message } = crafted(1, ...toQuestion, 0, 5, ...internet, ...ttl, 0, 6, 4, 0x41, 0x2e, 0, 0xff, 0)
    assert.deepStrictEqual(read(asked, message).answer.aliases, ["a\\046\\000\\255"])
  })
})
