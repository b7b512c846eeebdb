import { Effect } from "effect"
import { monotonicMillis } from "../Elapsed.ts"
import { type Fault, fault } from "./Fault.ts"
import type { Line } from "./Line.ts"
import { bare } from "./Reach.ts"
import { type Reached, type Road, unanswered, type Wait } from "./Road.ts"
import type { Tls } from "./Tls.ts"

/** How much time is left, and for how many. */
export interface Pressed {
  /** Of the whole visit, on the clock of `monotonicMillis`. */
  readonly deadline: number
  /** Ports that have not answered yet, the present one included: they share the time. */
  readonly portsLeft: number
}

export interface Call extends Pressed {
  readonly url: URL
  /** Of the URL's host, as the guard has let them pass, in the order they are tried. */
  readonly addresses: ReadonlyArray<string>
  readonly road: Road
  readonly tls: Tls
  readonly wait: Wait
}

/** A connection to the URL's host, by TLS where its scheme says so. */
export const dial = Effect.fnUntraced(function* (line: Line, call: Call): Effect.fn.Return<Reached, Fault> {
  const { addresses, portsLeft, road, tls, url, wait } = call
  const isSecure = url.protocol === "https:"
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port)
  let last: Fault | null = null
  for (const [at, address] of addresses.entries()) {
    wait.doing = `connecting to ${url.host} at ${address}`
    const claims = addresses.length - at + portsLeft - 1
    const opened = yield* road.open(line, { address, port, isSecure, wait }).pipe(sharing(call, claims), Effect.result)
    if (opened._tag === "Success") {
      if (!isSecure) return opened.success
      wait.doing = `in the TLS handshake with ${url.host}`
      const socket = yield* line
        .secure(opened.success.socket, bare(url.hostname), tls, wait.doing)
        .pipe(sharing(call, portsLeft))
      return { socket, relay: null }
    }
    last = opened.failure
    if (!last.isClosedDoor) break
  }
  return yield* Effect.fail(last ?? fault("DNSError", `${url.hostname} does not resolve`))
})

/** Gives up on a door after its share of the time, so that the others have theirs. The last one has all that is left. */
const sharing =
  ({ deadline, wait }: Call, claims: number) =>
  <A>(effect: Effect.Effect<A, Fault>): Effect.Effect<A, Fault> =>
    claims <= 1
      ? effect
      : Effect.flatMap(monotonicMillis, (now) => {
          const share = Math.max(1, Math.round((deadline - now) / claims))
          return Effect.timeoutOrElse(effect, {
            duration: share,
            orElse: () => Effect.fail(unanswered(wait, `no answer within ${share} ms`, "Unreachable"))
          })
        })
