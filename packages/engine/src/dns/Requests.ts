import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"

/** Names that somebody waits for together. */
export interface Request {
  readonly names: ReadonlyArray<string>
  /** The first name that has not been taken yet. */
  next: number
  /** Once for every name, in any order. */
  readonly deliver: (index: number, verdict: DnsVerdict) => void
}

/**
 * Requests with names that nobody has taken yet. They take turns, so that a long one does not starve the others; urgent ones, which are
 * short, are served before them in the order they came.
 */
export class Requests {
  private readonly urgent: Array<Request> = []
  private readonly line: Array<Request> = []
  private readonly quantum: number
  /** Names that the first in line may still give before it goes to the end. */
  private left: number

  /** `quantum` names are taken from a request before the next one has its turn. */
  constructor(quantum: number) {
    this.quantum = this.left = quantum
  }

  get isEmpty(): boolean {
    return this.line.length === 0 && this.urgent.length === 0
  }

  add(request: Request, isUrgent: boolean): void {
    if (request.next >= request.names.length) return
    if (isUrgent) this.urgent.push(request)
    else this.line.push(request)
  }

  /** Takes one name. The index of it is `next - 1` of the request that is answered. */
  take(): Request | undefined {
    const first = this.urgent[0]
    if (first !== undefined) {
      first.next++
      if (first.next === first.names.length) this.urgent.shift()
      return first
    }
    const request = this.line[0]
    if (request === undefined) return undefined
    request.next++
    this.left--
    if (request.next === request.names.length) this.pass(false)
    else if (this.left === 0) this.pass(true)
    return request
  }

  /** Takes no further name from it. */
  remove(request: Request): void {
    const soon = this.urgent.indexOf(request)
    if (soon >= 0) this.urgent.splice(soon, 1)
    const place = this.line.indexOf(request)
    if (place === 0) this.pass(false)
    else if (place > 0) this.line.splice(place, 1)
  }

  private pass(comesBack: boolean): void {
    const request = this.line.shift()
    if (comesBack && request !== undefined) this.line.push(request)
    this.left = this.quantum
  }
}
