/** Answers to any question, by way of `dns-packet`: what `Wire` leaves, and the measure of what it says. */
import dnsPacket from "dns-packet"
import type { Network } from "../Network.ts"
import { answer } from "./Answer.ts"
import { type Host, hostOf, registrant, stranger, strangerAddress } from "./Host.ts"
import { ednsPayload, soaRecord, soaTtl } from "./Wire.ts"

export type Transport = "udp" | "tcp"

/** The messages that go back, in order; none for silence. */
export interface Reply {
  readonly kind: Host["kind"] | "unreadable"
  readonly messages: ReadonlyArray<Uint8Array>
}

export const respond = (network: Network, query: Buffer, transport: Transport): Reply => {
  const asked = read(query)
  const question = asked?.questions?.[0]
  // Not even a question to answer: a server says nothing, lest two servers talk for ever.
  if (asked === null || question === undefined || asked.type !== "query") return { kind: "unreadable", messages: [] }

  const name = question.name.toLowerCase()
  const edns = asked.additionals?.find((record) => record.type === "OPT")
  const host = hostOf(network, name)
  const { rcode, records } = answer(network, name, question.type)
  const last = records.at(-1)
  const negative =
    (rcode === "NOERROR" || rcode === "NXDOMAIN") &&
    (last === undefined || (last.type === "CNAME" && question.type !== "CNAME"))
  const packet: dnsPacket.Packet = {
    type: "response",
    id: asked.id ?? 0,
    // The record says it in words, the packet in its flags.
    flags: ((asked.flags ?? 0) & dnsPacket.RECURSION_DESIRED) | dnsPacket.RECURSION_AVAILABLE | rcodes[rcode],
    questions: [question],
    answers: records.map((record) => ({ ...record, name: record.name === name ? question.name : record.name })),
    authorities: negative ? [soa(last?.type === "CNAME" ? last.data : question.name)] : [],
    additionals:
      edns === undefined
        ? []
        : [
            {
              type: "OPT",
              name: ".",
              udpPayloadSize: ednsPayload,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: []
            }
          ]
  }
  const full = dnsPacket.encode(packet)
  const kind = registrant(name) === name ? host.kind : "own"
  if (kind === "silent") return { kind, messages: [] }
  if (kind === "malformed") return { kind, messages: [Buffer.concat([full.subarray(0, 6), Buffer.alloc(40, 0xff)])] }
  if (transport === "tcp") return { kind, messages: [full] }

  const limit = edns?.type === "OPT" ? Math.min(Math.max(edns.udpPayloadSize, 512), ednsPayload) : 512
  if (kind === "slipped" || full.length > limit)
    return {
      kind,
      messages: [
        dnsPacket.encode({
          ...packet,
          flags: packet.flags! | dnsPacket.TRUNCATED_RESPONSE,
          answers: [],
          authorities: []
        })
      ]
    }
  if (kind === "spoofed") return { kind, messages: [...forgeries(packet, question), full] }
  return { kind, messages: [full] }
}

const rcodes: Record<Host["rcode"], number> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 }

const read = (query: Buffer) => {
  try {
    return dnsPacket.decode(query)
  } catch {
    return null
  }
}

const soa = (name: string): dnsPacket.Answer => ({
  type: "SOA",
  name: name.slice(name.indexOf(".") + 1 || name.length) || ".",
  ttl: soaTtl,
  data: soaRecord
})

/** What somebody who guesses would send before the true answer: the wrong id, then the wrong question. */
const forgeries = (packet: dnsPacket.Packet, question: dnsPacket.Question): ReadonlyArray<Uint8Array> => {
  const lie = (name: string): dnsPacket.Answer => ({ type: "A", name, ttl: 60, data: strangerAddress })
  return [
    dnsPacket.encode({ ...packet, id: (packet.id! + 1) & 0xffff, answers: [lie(question.name)], authorities: [] }),
    dnsPacket.encode({
      ...packet,
      questions: [{ ...question, name: stranger }],
      answers: [lie(stranger)],
      authorities: []
    })
  ]
}
