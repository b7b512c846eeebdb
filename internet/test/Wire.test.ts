import dnsPacket from "dns-packet"
import { describe, expect, it } from "vitest"
import { respond } from "../src/dns/Codec.ts"
import * as Wire from "../src/dns/Wire.ts"
import { block } from "../src/Network.ts"
import { names } from "./names.ts"

const network = block(83)
const wire = Wire.make(network)

const query = (name: string, type: "A" | "AAAA" | "TXT", edns: boolean) =>
  dnsPacket.encode({
    type: "query",
    id: 0xbeef,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
    additionals: edns
      ? [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: 1_232,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: []
          }
        ]
      : []
  })

/** The answer that `Wire` spells, decoded by the other codec; null when it leaves the question. */
const spelt = (packet: Buffer) => {
  const out = Buffer.alloc(512)
  const kinds: Array<string> = []
  const length = wire(packet, packet.length, out, (kind) => kinds.push(kind))
  return length === Wire.uncommon
    ? null
    : { kinds, messages: length === 0 ? [] : [dnsPacket.decode(out.subarray(0, length))] }
}

describe("Wire", { timeout: 60_000 }, () => {
  it("says what dns-packet says, for every name it answers itself", () => {
    let answered = 0
    for (const name of [...names(4_000), ...names(200, "co.uk"), ...names(200, "ws")])
      for (const type of ["A", "AAAA"] as const) {
        const packet = query(name, type, answered % 2 === 0)
        const fast = spelt(packet)
        if (fast === null) continue
        answered++
        const slow = respond(network, packet, "udp")
        expect(fast.kinds, name).toEqual([slow.kind])
        expect(fast.messages, `${name} ${type}`).toEqual(
          slow.messages.map((message) => dnsPacket.decode(Buffer.from(message)))
        )
      }
    expect(answered / 8_400).toBeGreaterThan(0.85)
  })

  it("gives the question back in the case it was asked in", () => {
    const lower = spelt(query("acaacme.com", "A", false))!
    const mixed = spelt(query("aCaAcMe.CoM", "A", false))!
    expect(mixed.messages[0]!.questions![0]!.name).toBe("aCaAcMe.CoM")
    expect(mixed.messages[0]!.answers!.length).toBe(lower.messages[0]!.answers!.length)
    expect(mixed.kinds).toEqual(lower.kinds)
  })

  it("leaves what is not common, and never reads past the end", () => {
    for (const name of ["www.acme.com", "aaa.ws", "edge1.cdn.test", "a-label-that-is-quite-long.com"])
      expect(spelt(query(name, "A", false)), name).toBeNull()
    expect(spelt(query("aaaacme.com", "TXT", false))).toBeNull()
    const whole = query("aaaacme.com", "A", true)
    for (let length = 0; length < whole.length; length++) {
      const cut = Buffer.from(whole.subarray(0, length))
      expect(spelt(cut), `${length} octets`).toBeNull()
    }
  })
})
