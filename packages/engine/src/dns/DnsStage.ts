import type { DomainName } from "@domainflow/core/DomainName"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import { RandomBytes } from "@domainflow/core/Ids"
import type { DnsPersona } from "@domainflow/core/persona/DnsPersona"
import { Cache, Clock, Duration, Effect, Exit, type Scope } from "effect"
import { monotonicMillisUnsafe } from "../Elapsed.ts"
import { Ids } from "./Ids.ts"
import type { Query } from "./Query.ts"
import { Questions } from "./Questions.ts"
import type { Request } from "./Requests.ts"
import * as Resolvers from "./Resolvers.ts"
import { Turn, type World } from "./Turn.ts"
import type { NoResolver } from "./Upstream.ts"
import { Wildcards } from "./Wildcards.ts"
import { Window } from "./Window.ts"

export { NoResolver } from "./Upstream.ts"

/** Asks which names resolve. Every answer is a value: a name that does not resolve fails nothing. */
export interface DnsStage {
  /**
   * One verdict for each name, in the order of the names. Requests made at the same time share one window of questions
   * in flight and take turns in it; interrupting one drops its questions and leaves the others alone.
   */
  readonly ask: (names: ReadonlyArray<DomainName>) => Effect.Effect<ReadonlyArray<DnsVerdict>>
  /**
   * The same, each verdict told as soon as it stands, in any order, with the place of its name: a name that waits for a
   * silent resolver holds back no other. Returns when all are told; nothing is told after an interruption.
   */
  readonly tell: (names: ReadonlyArray<DomainName>, told: Told) => Effect.Effect<void>
  /**
   * One name, from memory as long as the addresses of its last answer may be kept. Somebody is about to dial it: it is asked about
   * before the names of requests. Wildcards are not looked for.
   */
  readonly lookup: (name: DomainName) => Effect.Effect<DnsVerdict>
}

/** Hears of one verdict. Plain code, called in the middle of reading: it must neither throw nor take long. */
export type Told = (place: number, verdict: DnsVerdict) => void

export interface Options {
  /** Further tries after the first, each with another resolver where there is one; 0 unless said. */
  readonly retryAttempts?: number
  /** Whether wildcards are looked for: three more names a zone. They are unless said otherwise. */
  readonly wildcard?: boolean
  /** PEM certificates to trust instead of the system's, for resolvers by TLS or HTTPS. */
  readonly ca?: string
}

/** Names whose last answer is remembered by `lookup`. */
const memory = 2_000
/** The longest that an answer with addresses is remembered, whatever it says of itself. */
const longestMemory = Duration.hours(1)
/** How long a name without addresses is; what its zone says of that is not read. */
const negativeMemory = Duration.seconds(5)

/** Opens the resolvers of a persona and asks them as it says, until the scope is closed. */
export const make = (
  persona: DnsPersona,
  { ca, retryAttempts = 0, wildcard = true }: Options = {}
): Effect.Effect<DnsStage, NoResolver, Scope.Scope> =>
  Effect.gen(function* () {
    const ids = new Ids<Query>(yield* RandomBytes)
    const below = (n: number) => (ids.draw() * 65_536 + ids.draw()) % n

    let window: Window | undefined
    const turn = new Turn(yield* world, (now) => window?.work(now))
    const asker = {
      heard: (...answer: Parameters<Window["heard"]>) => window?.heard(...answer),
      failed: (...fault: Parameters<Window["failed"]>) => window?.failed(...fault)
    }
    const questions = new Questions(persona, asker, turn, below)
    const common = { ids, receiver: questions, now: () => turn.now(), isGathering: () => turn.isGathering, ca }
    const resolvers = yield* Resolvers.make(persona, common, below)
    const opened = new Window(persona, retryAttempts, resolvers, questions, turn)
    window = opened
    const wildcards = wildcard ? new Wildcards(opened, () => turn.now(), below) : undefined

    const pending = new Set<() => void>()
    let isOpen = true
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isOpen = false
        turn.end()
        opened.close()
        for (const abandon of pending) abandon()
      })
    )

    const tell = (names: ReadonlyArray<DomainName>, told: Told, wildcards?: Wildcards, isUrgent = false) =>
      Effect.callback<void>((resume) => {
        const abandon = () => resume(Effect.die(new Error("names were asked about in a DNS stage that is closed")))
        if (!isOpen) return abandon()
        let left = names.length
        const finish = (place: number, verdict: DnsVerdict) => {
          // A name that waited for word of its zone comes back though its request is gone.
          if (!pending.has(abandon)) return
          told(place, verdict)
          if (--left > 0) return
          pending.delete(abandon)
          resume(Effect.void)
        }
        const request: Request = {
          names,
          next: 0,
          deliver:
            wildcards === undefined
              ? finish
              : (place, verdict) => wildcards.inspect(names[place]!, verdict, (marked) => finish(place, marked))
        }
        pending.add(abandon)
        opened.start(request, isUrgent)
        return Effect.sync(() => {
          pending.delete(abandon)
          opened.cancel(request)
        })
      })

    const ask = (names: ReadonlyArray<DomainName>, wildcards?: Wildcards, isUrgent?: boolean) =>
      Effect.suspend(() => {
        const verdicts = new Array<DnsVerdict>(names.length)
        const told = (place: number, verdict: DnsVerdict) => {
          verdicts[place] = verdict
        }
        return Effect.as(tell(names, told, wildcards, isUrgent), verdicts)
      })

    const remembered = yield* Cache.makeWith(
      (name: DomainName) => Effect.map(ask([name], undefined, true), ([verdict]) => verdict!),
      {
        capacity: memory,
        timeToLive: Exit.match({ onSuccess: timeToLive, onFailure: () => Duration.zero })
      }
    )

    return {
      ask: (names) => (names.length === 0 ? Effect.succeed([]) : spanned("ask", names, ask(names, wildcards))),
      tell: (names, told) => (names.length === 0 ? Effect.void : spanned("tell", names, tell(names, told, wildcards))),
      lookup: (name) => Cache.get(remembered, name)
    }
  })

const spanned = <A>(method: "ask" | "tell", { length }: ReadonlyArray<unknown>, effect: Effect.Effect<A>) =>
  Effect.withSpan(effect, `DnsStage.${method}`, { attributes: { names: length } })

const timeToLive = ({ records, status }: DnsVerdict): Duration.Duration => {
  if (status === "Unresolved") return negativeMemory
  if (status !== "Resolved" || records === null) return Duration.zero
  const seconds = Math.min(...[...records.a, ...records.aaaa].map(({ ttl }) => ttl))
  return Duration.min(Duration.seconds(seconds), longestMemory)
}

/** Time by the clock of the context, so that tests move it. */
const world: Effect.Effect<World> = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const run = Effect.runForkWith(yield* Effect.context<never>())
  return {
    now: () => monotonicMillisUnsafe(clock),
    alarm: (millis, ring) => {
      const fiber = run(Effect.andThen(clock.sleep(Duration.millis(Math.ceil(millis))), Effect.sync(ring)))
      return () => fiber.interruptUnsafe()
    }
  }
})
