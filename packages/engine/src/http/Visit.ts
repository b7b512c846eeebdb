import type { DomainName } from "@domainflow/core/DomainName"
import type { CookieMode } from "@domainflow/core/persona/HttpPersona"
import { Clock, Effect } from "effect"
import { monotonicMillis } from "../Elapsed.ts"
import { Cookies } from "./Cookies.ts"
import { dial, type Pressed } from "./Dial.ts"
import { exchange, type Response } from "./Exchange.ts"
import { type Fault, fault } from "./Fault.ts"
import { type Head, valuesOf } from "./Head.ts"
import type { Limits } from "./Limits.ts"
import { Line } from "./Line.ts"
import * as Reach from "./Reach.ts"
import * as Redirect from "./Redirect.ts"
import type { RequestHeaders } from "./RequestHeaders.ts"
import { type Road, unanswered, type Wait } from "./Road.ts"
import type { Tls } from "./Tls.ts"

/** How pages are visited: what stays the same from name to name. */
export interface Manner extends Reach.Finder {
  readonly tls: Tls
  readonly headers: RequestHeaders
  readonly cookies: CookieMode
  readonly followsRedirects: boolean
  readonly limits: Limits
  /** In the order they are tried; the first that answers decides. */
  readonly ports: ReadonlyArray<number>
  /** For all that the site and the way to it take; looking names up is bounded by whoever does it, and costs the site nothing. */
  readonly timeoutSeconds: number
}

/** What one attempt has come to so far, also when it is cut short. */
export interface Trace extends Wait {
  /** Every URL asked, in order. */
  readonly urls: Array<string>
  /** The port that answered. */
  port: number | null
}

/** Visits the page of a name over `road`, once. What happens on the way is in `trace`, also when it ends in a fault. */
export type Visit = (name: DomainName, road: Road, trace: Trace) => Effect.Effect<Visited, Fault>

export const make = (manner: Manner): Visit => {
  const { limits, ports } = manner

  const reach = Reach.make(manner)

  /** One question and its answer, over a connection of its own. */
  const hop = (url: URL, cookie: string | null, isSameParty: boolean, pass: Pass): Effect.Effect<Response, Fault> => {
    const line = new Line()
    const { found, trace } = pass
    trace.urls.push(url.href)
    trace.isForProxy = false
    trace.doing = `looking up ${url.hostname}`
    const ask = Effect.fnUntraced(function* (addresses: ReadonlyArray<string>, deadline: number) {
      const { relay, socket } = yield* dial(line, { ...pass, deadline, url, addresses, tls: manner.tls, wait: trace })
      trace.doing = `waiting for ${url.host} to answer`
      const lines = manner.headers.lines(cookie, isSameParty)
      const response = yield* exchange(
        socket,
        {
          url,
          path: relay === null ? url.pathname + url.search : url.href,
          headers: relay === null ? lines : [...lines, ...relay.headers],
          saysKeepAlive: manner.headers.saysKeepAlive,
          rearrange: manner.headers.rearrange
        },
        limits,
        (head) => {
          trace.doing = `reading the body from ${url.host}`
          // Whoever has sent a head has answered, whatever comes of the rest. A proxy's may be its own.
          if (relay === null) trace.port = pass.port
          return !(manner.followsRedirects && Redirect.isRedirect(head.status) && locationOf(head) !== null)
        }
      )
      if (relay !== null) yield* relay.check(response)
      return response
    })
    return Effect.gen(function* () {
      let addresses = found.get(url.hostname)
      if (addresses === undefined) {
        addresses = yield* reach(url.hostname)
        found.set(url.hostname, addresses)
      }
      return yield* timed(pass, (deadline) => ask(addresses, deadline))
    }).pipe(Effect.ensuring(Effect.sync(() => line.close())))
  }

  /** Takes what it takes off the time that the visit has left, and no more than that. */
  const timed = <A>(pass: Pass, effect: (deadline: number) => Effect.Effect<A, Fault>): Effect.Effect<A, Fault> =>
    Effect.flatMap(monotonicMillis, (began) => {
      const { time, trace } = pass
      return Effect.timeoutOrElse(effect(began + time.left), {
        duration: Math.max(1, time.left),
        orElse: () => Effect.fail(unanswered(trace, `no page within ${manner.timeoutSeconds} s`, "Timeout"))
      }).pipe(
        Effect.onExit(() =>
          Effect.map(monotonicMillis, (now) => {
            time.left -= now - began
          })
        )
      )
    })

  /** From a URL along its redirects to the page. */
  const follow = Effect.fnUntraced(function* (start: URL, pass: Pass): Effect.fn.Return<Visited, Fault> {
    const cookies = new Cookies()
    const seen = new Set<string>()
    let url = start
    let isSameParty = true
    for (let redirects = 0; ; redirects++) {
      const cookie = manner.cookies === "session" ? cookies.header(url) : null
      // The same question with the same cookies has the same answer: there is no way out of this circle.
      const question = `${url.href}\n${cookie}`
      if (seen.has(question)) return yield* Effect.fail(fault("Error", `redirected in a circle, back to ${url.href}`))
      seen.add(question)
      const response = yield* hop(url, cookie, isSameParty, {
        ...pass,
        portsLeft: redirects === 0 ? pass.portsLeft : 1
      })
      pass.trace.port = pass.port
      if (manner.cookies === "session")
        cookies.store(url, valuesOf(response, "set-cookie"), yield* Clock.currentTimeMillis)
      const location = manner.followsRedirects && Redirect.isRedirect(response.status) ? locationOf(response) : null
      if (location === null) return { url, response }
      if (redirects === limits.redirects)
        return yield* Effect.fail(fault("Error", `redirected more than ${limits.redirects} times`))
      const next = Redirect.follow(url, location)
      if ("_tag" in next) return yield* Effect.fail(next)
      // What is not for the next host is not for those after it either.
      isSameParty &&= Redirect.isSameParty(url, next)
      url = next
    }
  })

  return Effect.fnUntraced(function* (name: DomainName, road: Road, trace: Trace): Effect.fn.Return<Visited, Fault> {
    const found = new Map<string, ReadonlyArray<string>>()
    const time = { left: manner.timeoutSeconds * 1_000 }
    let last: Fault | null = null
    for (const [at, port] of ports.entries()) {
      const start = URL.parse(`${speaksTls(port) ? "https" : "http"}://${name}:${port}/`)
      if (start === null) return yield* Effect.fail(fault("DNSError", `${name} is no name of a host`))
      const pass = { road, port, time, trace, found, portsLeft: ports.length - at }
      const visited = yield* Effect.result(follow(start, pass))
      if (visited._tag === "Success") return visited.success
      last = worse(last, visited.failure)
      // Whatever came after an answer is the answer; and only a closed door makes trying the next one worth while.
      if (trace.port !== null || !visited.failure.isClosedDoor) break
    }
    return yield* Effect.fail(last ?? fault("Error", "no port to ask"))
  })
}

export interface Visited {
  readonly url: URL
  readonly response: Response
}

interface Pass extends Omit<Pressed, "deadline"> {
  readonly road: Road
  /** The one it began with. */
  readonly port: number
  /** Milliseconds that are left of the visit; shared by its hops. */
  readonly time: { left: number }
  readonly trace: Trace
  /** Addresses by host: asked for once in an attempt. */
  readonly found: Map<string, ReadonlyArray<string>>
}

const speaksTls = (port: number): boolean => port === 443 || port === 8443
const locationOf = (head: Head): string | null => valuesOf(head, "location")[0] ?? null

/** Two closed doors: the second is told after the first, unless both say the same. */
const worse = (first: Fault | null, then: Fault): Fault =>
  first === null || first.status !== then.status || first.reason === then.reason
    ? then
    : { ...then, reason: `${first.reason}; ${then.reason}`, transient: first.transient || then.transient }
