import type { DnsPersona } from "@domainflow/core/persona/DnsPersona"
import type { Answer } from "./Answer.ts"
import { type Fault, Flight, type Step } from "./Flight.ts"
import type { Query } from "./Query.ts"
import type { Asker, Questions } from "./Questions.ts"
import { type Request, Requests } from "./Requests.ts"
import type { Resolvers } from "./Resolvers.ts"
import { TokenBucket } from "./TokenBucket.ts"
import type { Turn } from "./Turn.ts"

/**
 * Names begun at once after a rest. From there every settled name makes room for one more, up to the whole window: a
 * burst of all of it would overrun what systems keep for a socket (some 270 small datagrams by default).
 */
const firstBurst = 128

/** Names on their way from which answers come so thick that gathering them does not hold anybody up. */
const crowd = 64

/**
 * The names that are asked about at the same time, never more than a persona allows. Plain code, one object for all
 * names of a stage. What answers make room for is sent once a turn: a burst wakes the resolver once, single packets
 * wake it for each.
 */
export class Window implements Asker {
  private readonly resolvers: Resolvers
  private readonly questions: Questions
  private readonly turn: Turn
  private readonly maxTries: number
  /** Resolvers that are asked about one name at the same time. */
  private readonly width: number
  /** Names at the same time. A name keeps the place of all its questions as long as it is not settled. */
  private readonly capacity: number
  private readonly requests: Requests
  private readonly bucket: TokenBucket
  private readonly flights: Array<Flight> = []
  private readonly idle: Array<Flight> = []
  /** Flights whose next try waits until the rate allows it. */
  private again: Array<Flight> = []
  private begun = 0
  /** Names that may be on their way now. */
  private room: number

  constructor(persona: DnsPersona, retries: number, resolvers: Resolvers, questions: Questions, turn: Turn) {
    this.resolvers = resolvers
    this.questions = questions
    this.turn = turn
    this.maxTries = 1 + retries
    this.width = Math.min(persona.concurrentQueriesPerDomain, resolvers.size, persona.maxConcurrentGoroutines)
    this.capacity = Math.floor(persona.maxConcurrentGoroutines / this.width)
    this.room = Math.min(this.capacity, firstBurst)
    this.requests = new Requests(persona.maxDomainsPerRequest)
    this.bucket = new TokenBucket(persona.rateLimitDps, persona.rateLimitBurst, turn.now())
  }

  /** Takes up a request, before all others when it is urgent. */
  start(request: Request, isUrgent = false): void {
    this.requests.add(request, isUrgent)
    this.turn.wake()
  }

  /** Delivers nothing more to a request; its questions are dropped and make room at once. */
  cancel(request: Request): void {
    this.requests.remove(request)
    for (const flight of this.flights) if (flight.request === request) this.land(flight)
    this.again = this.again.filter((flight) => flight.request !== undefined)
    this.turn.wake()
  }

  /** Waits for nothing any more: what carried questions may close. */
  close(): void {
    for (const flight of this.flights) this.dropAll(flight)
  }

  /** The work of one turn; answers when the next is due. */
  work(now: number): number | undefined {
    this.questions.expire(now)
    const paced = this.tryAgain(now) ?? this.begin(now)
    this.questions.send(now)
    this.turn.isGathering = this.resolvers.areStreams && this.flights.length - this.idle.length >= crowd
    const due = this.questions.next()
    return paced === undefined || due === undefined ? (paced ?? due) : Math.min(paced, due)
  }

  heard(query: Query, answer: Answer): void {
    const { flight } = query
    if (this.width > 1) this.dropAll(flight)
    this.follow(flight, flight.answered(answer, query.source))
  }

  failed(query: Query, fault: Fault): void {
    const { flight } = query
    this.resolvers.faulted(query.upstream)
    // Another resolver may still answer.
    if (flight.queries.some(({ phase }) => phase !== "nothing")) return
    this.follow(flight, flight.faulted(fault, flight.tries >= this.maxTries))
  }

  private follow(flight: Flight, step: Step): void {
    switch (step) {
      case "ask":
        for (const query of flight.queries) this.questions.ask(query)
        return
      case "again":
        this.again.push(flight)
        this.turn.wake()
        return
      case "settle": {
        const { index, request } = flight
        const verdict = flight.verdict(this.turn.now())
        if (this.room < this.capacity) this.room++
        this.land(flight)
        request?.deliver(index, verdict)
        this.turn.wake()
      }
    }
  }

  /** Further tries come before new names. Answers when the rate allows the next one, if it does not now. */
  private tryAgain(now: number): number | undefined {
    if (this.again.length === 0) return undefined
    let started = 0
    while (started < this.again.length && this.bucket.take(now)) this.depart(this.again[started++]!)
    this.again.splice(0, started)
    return this.again.length > 0 ? this.bucket.next(now) : undefined
  }

  /** Begins new names while there is room. Answers when the rate allows the next one, if it does not now. */
  private begin(now: number): number | undefined {
    while (!this.requests.isEmpty && this.flights.length - this.idle.length < this.room) {
      if (!this.bucket.take(now)) return this.bucket.next(now)
      const request = this.requests.take()!
      const flight = this.idle.pop() ?? this.build()
      flight.begin(request, request.next - 1, this.begun++, now)
      this.depart(flight)
    }
    return undefined
  }

  /** A try begins. */
  private depart(flight: Flight): void {
    flight.again()
    const before = (flight.tries - 1) * this.width
    for (let beside = 0; beside < flight.queries.length; beside++) {
      const query = flight.queries[beside]!
      query.upstream = this.resolvers.pick(flight.turn, before + beside, beside)
      this.questions.ask(query)
    }
  }

  private build(): Flight {
    const flight = new Flight(Array.from({ length: this.width }, (_, beside) => this.resolvers.pick(0, beside, beside)))
    this.flights.push(flight)
    return flight
  }

  private dropAll(flight: Flight): void {
    for (const query of flight.queries) if (query.phase !== "nothing") this.questions.drop(query)
  }

  private land(flight: Flight): void {
    this.dropAll(flight)
    flight.request = undefined
    this.idle.push(flight)
    if (this.idle.length === this.flights.length) this.room = Math.min(this.capacity, firstBurst)
  }
}
