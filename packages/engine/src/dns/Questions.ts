import type { DnsFault } from "@domainflow/core/dns/DnsVerdict"
import type { DnsPersona } from "@domainflow/core/persona/DnsPersona"
import * as Answer from "./Answer.ts"
import { type Fault, nobody } from "./Flight.ts"
import type { Query } from "./Query.ts"
import * as Rcode from "./Rcode.ts"
import type { Receiver } from "./Transport.ts"
import type { Turn } from "./Turn.ts"
import { Wheel } from "./Wheel.ts"

/** Who asks questions. By then the query waits for nothing. */
export interface Asker {
  /** NOERROR or NXDOMAIN; `answer` is read again for the next message. */
  readonly heard: (query: Query, answer: Answer.Answer) => void
  readonly failed: (query: Query, fault: Fault) => void
}

/**
 * Questions on their way: delayed as the persona wishes, sent together at the end of a turn, given up after their
 * time. Turns to TCP for what was cut off, and does without EDNS where it is not understood.
 */
export class Questions implements Receiver {
  private readonly asker: Asker
  private readonly turn: Turn
  private readonly below: (n: number) => number
  private readonly timeoutMillis: number
  private readonly delayMin: number
  private readonly delaySpan: number
  private readonly wheel: Wheel<Query>
  /** The first `posted` are to be sent in this turn, apart from those dropped since. */
  private readonly outbox: Array<Query> = []
  private posted = 0
  private readonly answer = Answer.empty()

  constructor(persona: DnsPersona, asker: Asker, turn: Turn, below: (n: number) => number) {
    this.asker = asker
    this.turn = turn
    this.below = below
    this.timeoutMillis = persona.queryTimeoutSeconds * 1_000
    this.delayMin = persona.queryDelayMinMs
    this.delaySpan = (persona.queryDelayMaxMs ?? this.delayMin) - this.delayMin
    this.wheel = new Wheel(turn.now())
  }

  /** Asks `query.upstream` what the flight of the query wants to know. */
  ask(query: Query) {
    query.isOverflow = false
    query.resent = 0
    const delay = this.delaySpan === 0 ? this.delayMin : this.delayMin + this.below(this.delaySpan + 1)
    if (delay === 0) return this.post(query)
    query.phase = "delay"
    this.wheel.add(query, this.turn.now() + delay)
  }

  /** Its answer is not wanted any more. */
  drop(query: Query): void {
    this.wheel.remove(query)
    if (query.phase === "answer") query.lane?.forget(query, false)
    query.phase = "nothing"
  }

  /** Gives up what has waited too long. */
  expire(now: number): void {
    this.wheel.advance(now, this.fire)
  }

  /** Sends what there is to send. */
  send(now: number): void {
    // Grows while it is gone through, where a transport fails at once.
    for (let at = 0; at < this.posted; at++) {
      const query = this.outbox[at]!
      // A query dropped and asked anew in one turn stands here twice.
      if (query.phase !== "turn") continue
      query.phase = "answer"
      query.garbled = false
      query.sentAt = now
      this.wheel.add(query, now + this.timeoutMillis)
      const { flight, upstream } = query
      query.write(flight.asked, flight.type, upstream.edns)
      if (query.isOverflow) upstream.overflow.send(query)
      else upstream.transport.send(query)
    }
    this.posted = 0
  }

  /** When the next question is to be sent or given up. */
  next(): number | undefined {
    return this.wheel.next()
  }

  answered(query: Query, packet: Uint8Array, start: number, end: number) {
    this.wheel.remove(query)
    query.phase = "nothing"
    const { answer } = this
    const { upstream } = query
    switch (Answer.read(packet, start, end, query.question, answer)) {
      case "truncated":
        if (query.isOverflow || upstream.overflow === upstream.transport)
          return this.fault(query, "Malformed", "cut off")
        query.isOverflow = true
        return this.post(query)
      case "malformed":
        return this.fault(query, "Malformed", "")
      case "whole":
    }
    const { rcode } = answer
    if (answer.referral) return this.fault(query, "Lame", "", Rcode.mnemonic(rcode))
    if (rcode === Rcode.noError || rcode === Rcode.nxDomain) return this.asker.heard(query, answer)
    // Of what was on its way together, each is asked again: only the first of them finds the resolver trusted.
    if ((rcode === Rcode.formErr || rcode === Rcode.notImp) && query.edns) {
      upstream.edns = false
      return this.post(query)
    }
    const mnemonic = Rcode.mnemonic(rcode)
    const fault = Rcode.fault(rcode)
    this.fault(query, fault, fault === "Rcode" ? mnemonic : "", mnemonic)
  }

  failed(query: Query, fault: DnsFault, detail: string): void {
    this.wheel.remove(query)
    query.phase = "nothing"
    this.asker.failed(query, { fault, detail, rcode: "", source: nobody })
  }

  private fault(query: Query, fault: DnsFault, detail: string, rcode = ""): void {
    this.asker.failed(query, { fault, detail, rcode, source: query.source })
  }

  private post(query: Query): void {
    query.phase = "turn"
    this.outbox[this.posted++] = query
    this.turn.wake()
  }

  private readonly fire = (query: Query) => {
    if (query.phase === "delay") return this.post(query)
    // Dropped by another query that was due at the same time.
    if (query.phase !== "answer") return
    query.lane?.forget(query, true)
    if (query.garbled) this.failed(query, "Malformed", "")
    else this.failed(query, "Timeout", "")
  }
}
