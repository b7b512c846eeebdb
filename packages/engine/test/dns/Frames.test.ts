import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Frames } from "../../src/dns/Frames.ts"

describe("Frames", () => {
  it("gives the messages back whole, wherever the stream was cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 })
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 400 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.flatMap((m) => [Buffer.from([m.length >> 8, m.length & 0xff]), m]))
        const frames = new Frames()
        const told: Array<Buffer> = []
        const tell = (packet: Uint8Array, start: number, end: number) =>
          told.push(Buffer.from(packet.subarray(start, end)))
        let at = 0
        for (const cut of cuts) {
          frames.push(stream.subarray(at, at + cut), tell)
          at += cut
        }
        frames.push(stream.subarray(at), tell)
        assert.deepStrictEqual(
          told,
          messages.map((message) => Buffer.from(message))
        )
      })
    )
  })

  it("takes messages of the greatest length", () => {
    const frames = new Frames()
    const told: Array<number> = []
    const stream = Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(65_535), Buffer.from([0xff, 0xff])])
    for (const part of [stream.subarray(0, 40_000), stream.subarray(40_000), Buffer.alloc(65_535)]) {
      frames.push(part, (_, start, end) => told.push(end - start))
    }
    assert.deepStrictEqual(told, [65_535, 65_535])
  })
})
