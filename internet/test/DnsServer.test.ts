import { createSocket } from "node:dgram"
import { Resolver } from "node:dns/promises"
import { connect } from "node:net"
import dnsPacket from "dns-packet"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Running, start } from "../src/Internet.ts"
import { names } from "./names.ts"

let internet: Running
let port: number
let address: string
beforeAll(async () => {
  internet = await start({ patienceMillis: 0 })
  ;[address, port] = [internet.resolver.split(":")[0]!, Number(internet.resolver.split(":")[1])]
})
afterAll(() => internet.stop())

const query = (name: string, type: "A" | "AAAA", id = 7) =>
  dnsPacket.encode({ type: "query", id, flags: dnsPacket.RECURSION_DESIRED, questions: [{ type, name }] })

/** All that comes back by UDP before the answer to a second question, which is always given one: so nothing waits for a clock. */
const byUdp = (name: string, type: "A" | "AAAA") =>
  new Promise<ReadonlyArray<Buffer>>((done) => {
    const last = ofKind("single")
    const socket = createSocket("udp4")
    const messages: Array<Buffer> = []
    socket.on("message", (message) => {
      if (!message.includes(query(last, "A", 8).subarray(12))) return messages.push(message)
      socket.close()
      done(messages)
    })
    socket.send(query(name, type), port, address)
    socket.send(query(last, "A", 8), port, address)
  })

/** The answers to several questions on one connection, written in odd pieces. */
const byTcp = (questions: ReadonlyArray<Buffer>) =>
  new Promise<ReadonlyArray<dnsPacket.DecodedPacket>>((done, fail) => {
    const socket = connect(port, address)
    let read = Buffer.alloc(0)
    const answers: Array<dnsPacket.DecodedPacket> = []
    socket.on("error", fail)
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk])
      while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
        const end = 2 + read.readUInt16BE(0)
        answers.push(dnsPacket.streamDecode(read.subarray(0, end)) as dnsPacket.DecodedPacket)
        read = read.subarray(end)
      }
      if (answers.length === questions.length) {
        socket.destroy()
        done(answers)
      }
    })
    const stream = Buffer.concat(questions.map((question) => Buffer.concat([Buffer.of(0, question.length), question])))
    socket.write(stream.subarray(0, 5))
    setTimeout(() => socket.write(stream.subarray(5)), 20)
  })

const ofKind = (kind: string) => {
  const found = names(20_000).find((name) => internet.world.truth(name).host.kind === kind)
  if (found === undefined) throw new Error(`no name is ${kind}`)
  return found
}

describe("DnsServer", { timeout: 60_000 }, () => {
  it("tells the resolver of Node what the world says of each name", async () => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 })
    resolver.setServers([internet.resolver])
    const ask = async (name: string, family: "resolve4" | "resolve6") => {
      try {
        const found = await resolver[family](name, { ttl: true })
        return found.length === 0 ? "ENODATA" : found
      } catch (error) {
        return (error as NodeJS.ErrnoException).code! // c-ares always names its reason
      }
    }
    // c-ares takes the stranger's record for the name's own, and waits out what is silent or broken.
    const fair = names(1_500).filter(
      (name) => !["silent", "malformed", "stray", "strayOnly"].includes(internet.world.truth(name).host.kind)
    )
    for (const name of fair) {
      const expected = internet.world.expectedDns(name)
      const a = await ask(name, "resolve4")
      const codes: Record<string, string> = {
        SERVFAIL: "ESERVFAIL",
        REFUSED: "EREFUSED",
        NXDOMAIN: "ENOTFOUND",
        NOERROR: "ENODATA"
      }
      // c-ares gives the least TTL of the chain.
      const told =
        expected.cname.length === 0 ? expected.a : expected.a.map(({ address }) => expect.objectContaining({ address }))
      if (expected.a.length > 0) expect(a, name).toEqual(told)
      else expect(a, name).toBe(codes[expected.rcode])
      if (expected.aaaa.length > 0) expect(await ask(name, "resolve6"), name).toEqual(expected.aaaa)
    }
  })

  it("follows chains and sends long ones by TCP", async () => {
    const name = ofKind("longAlias")
    const [short] = await byUdp(name, "A")
    expect(dnsPacket.decode(short!)).toMatchObject({ flag_tc: true, answers: [] })
    const [full] = await byTcp([query(name, "A")])
    expect(full!.answers!.flatMap((record) => (record.type === "CNAME" ? [record.data] : []))).toEqual(
      internet.world.expectedDns(name).cname
    )
    expect(dnsPacket.encode(full!).length).toBeGreaterThan(1_232)
  })

  it("truncates by UDP and tells all by TCP, several questions to a connection", async () => {
    const name = ofKind("slipped")
    const [short] = await byUdp(name, "A")
    expect(dnsPacket.decode(short!).flag_tc).toBe(true)
    const answers = await byTcp([query(name, "A", 1), query(ofKind("absent"), "A", 2), query(ofKind("single"), "A", 3)])
    expect(answers.map(({ id, flags, answers }) => [id, flags! & 15, answers!.length])).toEqual([
      [1, 0, 1],
      [2, 3, 0],
      [3, 0, 1]
    ])
  })

  it("keeps silent, breaks and lies as the kind of name says", async () => {
    expect(await byUdp(ofKind("silent"), "A")).toEqual([])
    const [broken] = await byUdp(ofKind("malformed"), "A")
    expect(broken!.readUInt16BE(0)).toBe(7)
    expect(() => dnsPacket.decode(broken!)).toThrow()

    const spoofed = ofKind("spoofed")
    const [wrongId, wrongName, honest] = (await byUdp(spoofed, "A")).map((message) => dnsPacket.decode(message))
    expect(wrongId!.id).not.toBe(7)
    expect(wrongName!.questions![0]!.name).not.toBe(spoofed)
    expect(honest).toMatchObject({ id: 7, questions: [{ name: spoofed }] })
    expect(honest!.answers).toMatchObject(
      internet.world.expectedDns(spoofed).a.map(({ address }) => ({ data: address }))
    )

    const half = ofKind("halfFailing")
    expect(dnsPacket.decode((await byUdp(half, "AAAA"))[0]!)).toMatchObject({ rcode: "SERVFAIL" })
    expect(dnsPacket.decode((await byUdp(half, "A"))[0]!)).toMatchObject({ rcode: "NOERROR" })
  })

  it("survives octets that are no question, and counts what it answered", async () => {
    const before = (await internet.counts()).dns
    const socket = createSocket("udp4")
    for (let length = 0; length < 40; length++) socket.send(Buffer.alloc(length, 0xff), port, address)
    const name = ofKind("failing")
    expect(dnsPacket.decode((await byUdp(name, "A"))[0]!)).toMatchObject({ rcode: "SERVFAIL" })
    socket.close()
    const after = (await internet.counts()).dns
    expect(after.kinds.failing! - (before.kinds.failing ?? 0)).toBe(1)
  })
})
