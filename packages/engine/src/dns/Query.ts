import type { Flight, Source } from "./Flight.ts"
import type { Identified } from "./Ids.ts"
import type { Lane } from "./Transport.ts"
import type { Upstream } from "./Upstream.ts"
import type { Timed } from "./Wheel.ts"
import * as Wire from "./Wire.ts"

/**
 * One question on its way to one resolver. Queries are made once and asked again and again: their octets are
 * rewritten in place, so that a question costs no object.
 */
export class Query implements Timed<Query>, Identified {
  /** The message to send, header to end. */
  question: Buffer<ArrayBuffer>
  /** What `question` was written from. */
  private name = ""
  /** Whether `question` says that we understand EDNS. */
  edns = false
  /** Of the pool that buffers share: every octet that is sent was written before. */
  private readonly octets: Buffer<ArrayBuffer> = Buffer.allocUnsafe(Wire.maxQuestionSize)
  readonly flight: Flight
  /** The resolver that is asked. */
  upstream: Upstream
  /** By the way for what was cut off. */
  isOverflow = false
  /** What it waits for. */
  phase: "nothing" | "delay" | "turn" | "answer" = "nothing"
  id = 0
  /** What carries it, while it is on its way. */
  lane: Lane | undefined = undefined
  /** Set when something came for it that could not be read as a message. */
  garbled = false
  /** Times a stream broke under it and it was sent anew. */
  resent = 0
  sentAt = 0

  before: Query | undefined = undefined
  after: Query | undefined = undefined
  bucket = 0
  due = 0

  constructor(flight: Flight, upstream: Upstream) {
    this.flight = flight
    this.upstream = upstream
    this.question = this.octets
  }

  get source(): Source {
    return this.isOverflow ? this.upstream.overflowSource : this.upstream.source
  }

  write(name: string, type: Wire.AddressType, edns: boolean): void {
    if (name === this.name && edns === this.edns) {
      // IPv6 is asked for after IPv4, of the same name: one octet differs.
      Wire.setType(this.question, type)
      return
    }
    this.name = name
    this.edns = edns
    const size = Wire.writeQuestion(this.octets, name, type, edns)
    // Generated names are mostly of one length, so that the view is seldom made anew.
    if (size !== this.question.length) this.question = this.octets.subarray(0, size)
  }

  setId(id: number): void {
    this.id = id
    // By the view that is at hand anyway: in a wide window every object more is a cache line more.
    this.question[0] = id >> 8
    this.question[1] = id & 0xff
  }
}
