import type { DomainName } from "@domainflow/core/DomainName"
import { type HttpVerdict, noPage } from "@domainflow/core/http/HttpVerdict"
import type { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { Effect, type Scope } from "effect"
import { monotonicMillis, since } from "../Elapsed.ts"
import type { Fault } from "./Fault.ts"
import * as Guard from "./Guard.ts"
import { type Head, valuesOf } from "./Head.ts"
import * as Judge from "./Judge.ts"
import * as Limits from "./Limits.ts"
import type { Lookup } from "./Lookup.ts"
import * as Page from "./Page.ts"
import * as Rate from "./Rate.ts"
import * as RequestHeaders from "./RequestHeaders.ts"
import { direct, type Road, type Roads } from "./Road.ts"
import * as Tls from "./Tls.ts"
import * as Visit from "./Visit.ts"

export interface HttpStageOptions {
  /** What is looked for in a page's text and title. */
  readonly scan: Judge.Scan
  readonly lookup: Lookup
  /** In the order they are tried; the first that answers decides. 443 and 8443 speak TLS. Empty or none: 443, then 80. */
  readonly ports?: ReadonlyArray<number>
  /** Which addresses may be dialled, for every hop; none: those of the public internet. */
  readonly guard?: Guard.Guard
  /** Proxies to ask through, one for each attempt; none: straight. */
  readonly proxy?: Roads
  /** Further attempts after the first, for what may pass. */
  readonly retryAttempts?: number
  /** Certificates trusted beside the platform's, in PEM. */
  readonly ca?: ReadonlyArray<string>
  readonly limits?: Partial<Limits.Limits>
}

export interface HttpStage {
  /** What the page of a name comes to. Whatever happens on the way is a verdict. */
  readonly ask: (name: DomainName) => Effect.Effect<HttpVerdict>
}

/** Fetches the pages of names as `persona` would, and judges them. */
export const make = (persona: HttpPersona, options: HttpStageOptions): Effect.Effect<HttpStage, never, Scope.Scope> =>
  Effect.sync(() => {
    const limits = { ...Limits.defaults, ...options.limits }
    const visit = Visit.make({
      tls: Tls.make(persona, options.ca),
      headers: RequestHeaders.make(persona),
      cookies: persona.cookieHandling.mode,
      followsRedirects: persona.followRedirects,
      lookup: options.lookup,
      guard: options.guard ?? Guard.strict,
      limits,
      ports: options.ports?.length ? options.ports : usualPorts,
      timeoutSeconds: persona.requestTimeoutSeconds
    })
    const { isAccepted, judge } = Judge.make(persona, options.scan)
    const turn = Rate.make(persona.rateLimitDps, persona.rateLimitBurst)
    const roads = options.proxy ?? direct
    const attempts = 1 + (options.retryAttempts ?? 0)

    const attempt = (name: DomainName, road: Road, trace: Visit.Trace): Effect.Effect<Answer, Fault> =>
      Effect.flatMap(visit(name, road, trace), ({ response }) => {
        const page = Page.read(response, limits)
        response.body.release()
        if (!("_tag" in page)) return Effect.succeed(answerOf(response, judge(response.status, page), page))
        // What is not accepted anyway may be as broken as it likes.
        return isAccepted(response.status)
          ? Effect.fail(page)
          : Effect.succeed(answerOf(response, judge(response.status, null), null))
      })

    const ask = Effect.fnUntraced(function* (name: DomainName) {
      yield* turn
      const start = yield* monotonicMillis
      for (let tried = 1; ; tried++) {
        const trace: Visit.Trace = { urls: [], port: null, doing: "", isForProxy: false }
        const road = yield* Effect.result(roads.next)
        const result = road._tag === "Failure" ? road : yield* Effect.result(attempt(name, road.success, trace))
        if (result._tag === "Failure" && result.failure.transient && tried < attempts) {
          yield* Effect.sleep(pause)
          continue
        }
        return {
          ...(result._tag === "Failure" ? broken(result.failure) : result.success),
          port: trace.port,
          proxyId: road._tag === "Failure" ? null : road.success.proxyId,
          urls: trace.urls,
          durationMs: yield* since(start),
          attempts: tried
        }
      }
    })
    return { ask }
  })

/** HTTPS first: most names that have it send plain requests there anyway. */
const usualPorts = [443, 80]

/** Between two attempts, in milliseconds: what refused just now refuses again at once. */
const pause = 200

/** The part of a verdict that the answer decides. */
type Answer = Omit<HttpVerdict, "port" | "proxyId" | "urls" | "durationMs" | "attempts">

const answerOf = (head: Head, judgement: Judge.Judgement, page: Page.Page | null): Answer => ({
  ...judgement,
  reason: judgement.reason === null ? null : storable(judgement.reason),
  statusCode: head.status,
  headers: stored(head),
  title: page?.shown?.title == null ? null : beginning(page.shown.title, titleLength),
  snippet: page?.shown == null ? null : beginning(page.shown.text, snippetLength),
  contentHash: page?.contentHash ?? null
})

const broken = ({ reason, status }: Fault): Answer => ({ ...noPage, status, reason: storable(reason) })

/** Characters of readable text that are kept. */
const snippetLength = 256
/** Characters of a title that are kept: far more than any that was meant to be read. */
const titleLength = 1_024

/** Whole characters: a pair of surrogates is one. */
const beginning = (text: string, length: number): string =>
  text.length <= length
    ? text
    : Array.from(text.slice(0, 2 * length))
        .slice(0, length)
        .join("")

const stored = (head: Head): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(Object.keys(head.headers).map((name) => [storable(name), valuesOf(head, name).map(storable)]))

/** PostgreSQL takes neither NUL nor half a character. */
const storable = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "") : text).toWellFormed()
