/**
 * The engine for programs without Effect: an async iterable that asks no faster than it is read.
 */

import { inspect } from "node:util"
import * as DomainName from "@domainflow/core/DomainName"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import type { NewGeneration } from "@domainflow/core/generation/GenerationParams"
import type { InvalidPattern } from "@domainflow/core/generation/InvalidPattern"
import type { OffsetOutOfRange } from "@domainflow/core/generation/Space"
import * as KeywordRule from "@domainflow/core/keyword/KeywordRule"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import type { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { DnsPersona } from "@domainflow/core/persona/DnsPersona"
import { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { Effect, Schema, Stream } from "effect"
import * as DnsStage from "./dns/DnsStage.ts"
import * as Generate from "./generation/Generate.ts"
import type { Guard } from "./http/Guard.ts"
import * as HttpStage from "./http/HttpStage.ts"
import * as Lookup from "./http/Lookup.ts"
import * as Re2 from "./keyword/Re2.ts"
import * as Scanner from "./keyword/Scanner.ts"
import * as Pipeline from "./Pipeline.ts"

export type { Finding, Resolution } from "./Pipeline.ts"

export interface Options {
  /** A pattern to spell, or names of one's own; capitals are made small. */
  readonly names: Pattern | Iterable<string>
  /**
   * Hears of every text among `names` that is no domain name, and of its place, from 0. Such are passed over: one bad line of a
   * million ends nothing, unless this throws. Where it is left out, a warning of the process tells of the first of them.
   */
  readonly onSkipped?: (text: string, place: number) => void
  /** The fields of a DNS persona; the operating system's resolvers where it names none, unless `useSystemResolvers` is false. */
  readonly dns?: typeof DnsPersona.Encoded
  /** The fields of an HTTP persona. */
  readonly http?: typeof HttpPersona.Encoded
  /** Words to look for, or rules. */
  readonly keywords?: ReadonlyArray<string | typeof KeywordRule.KeywordRule.Encoded>
  /** 443, then 80, unless said. 443 and 8443 speak TLS. */
  readonly ports?: ReadonlyArray<number>
  /** Pages fetched at the same time; 64 unless said. */
  readonly concurrency?: number
  /** Which addresses may be dialled: only public ones unless said. */
  readonly guard?: Guard
  /** Certificates in PEM to trust besides the usual ones. */
  readonly ca?: ReadonlyArray<string>
  /** Ends the iteration with the signal's reason; what is in flight is dropped. */
  readonly signal?: AbortSignal
}

/** A pattern, without the words that belong to a stored campaign. */
export type Pattern = Omit<typeof NewGeneration.Encoded, "_tag" | "numDomainsToGenerate"> & {
  /** How many names, all unless said. */
  readonly count?: number
}

/**
 * Every name that resolves, with its addresses.
 *
 * Throws `SchemaError` where a field of `dns` is out of its range, `NoResolver` where no resolver can be reached, `InvalidPattern`,
 * `SpaceTooLarge` or `OffsetOutOfRange` where a pattern does not spell what was asked for, and the signal's reason. All before the
 * first name but the last. A name that does not resolve is no error, nor is a resolver that does not answer.
 */
export const resolved = (options: Options): AsyncIterable<Pipeline.Resolution> =>
  iterate(options, Stream.unwrap(Effect.map(dnsStage(options), (dns) => resolutions(options, dns))))

/**
 * Every name that resolves, with its page. `http.status` is `Success` where a keyword was found; a site that cannot be reached has
 * a status too.
 *
 * Throws as `resolved` does, `SchemaError` for the fields of `http` as well, and `InvalidKeywordRules` where a keyword is empty or
 * a regex needs more than linear time.
 */
export const pages = (options: Options): AsyncIterable<Pipeline.Finding> => iterate(options, fetched(options))

/** Every name on whose page a keyword was found. Throws as `pages` does. */
export const findings = (options: Options): AsyncIterable<Pipeline.Finding> =>
  iterate(options, fetched(options).pipe(Stream.filter(Pipeline.isFound)))

const fetched = (options: Options) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const dns = yield* dnsStage(options)
      const words = options.keywords ?? []
      const rules = yield* KeywordRule.parseRules(
        words.map((word) => (typeof word === "string" ? stringRule(word) : word))
      )
      const scanner = yield* Scanner.make([{ id: ownSet, rules }], [])
      const persona = yield* Schema.decodeUnknownEffect(HttpPersona)(options.http ?? {})
      const http = yield* HttpStage.make(persona, {
        scan: scanner.scan,
        lookup: Lookup.ofStage(dns),
        ...(options.ports === undefined ? {} : { ports: options.ports }),
        ...(options.guard === undefined ? {} : { guard: options.guard }),
        ...(options.ca === undefined ? {} : { ca: options.ca })
      })
      return resolutions(options, dns).pipe(
        Pipeline.fetch(http, options.concurrency === undefined ? {} : { concurrency: options.concurrency })
      )
    })
  )

const resolutions = (options: Options, dns: DnsStage.DnsStage) =>
  names(options).pipe(Pipeline.resolve(dns), Stream.filter(Pipeline.isResolved))

const dnsStage = ({ dns = {} }: Options) =>
  Effect.flatMap(
    Schema.decodeUnknownEffect(DnsPersona)(namesResolver(dns) ? dns : { ...dns, useSystemResolvers: true }),
    (persona) => DnsStage.make(persona)
  )

/** Also one that refuses those of the system: that is said, not left out. */
const namesResolver = (dns: typeof DnsPersona.Encoded): boolean =>
  typeof dns.useSystemResolvers === "boolean" ||
  [dns.resolvers, dns.resolversPreferredOrder, Object.keys(dns.resolversWeighted ?? {})].some((named) => named?.length)

type Batches = Stream.Stream<
  { readonly names: ReadonlyArray<DomainName.DomainName> },
  InvalidPattern | Enumeration.SpaceTooLarge | OffsetOutOfRange
>

const names = ({ names: given, onSkipped = warnOnce() }: Options): Batches => {
  if (Symbol.iterator in given) {
    return Stream.suspend(() => {
      let place = 0
      const read = (text: string) => {
        const name = DomainName.read(text)
        if (name === undefined) onSkipped(text, place)
        place++
        return name ?? []
      }
      return iterated(given).pipe(
        Stream.grouped(batch),
        Stream.map((texts) => ({ names: texts.flatMap(read) }))
      )
    })
  }
  const { count, ...pattern } = given
  return Stream.unwrap(
    Effect.map(Enumeration.make(pattern), (enumeration) =>
      Generate.stream(enumeration, { batch, ...(count === undefined ? {} : { count: BigInt(count) }) })
    )
  )
}

/** Names that are drawn at once: some of these are on their way, and no more than that is asked which nobody reads. */
const batch = 250

/** As `for … of` goes through it: what is left unfinished is told so, and closes its file or cursor. */
const iterated = (given: Iterable<string>): Stream.Stream<string> =>
  Stream.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => given[Symbol.iterator]()),
        (iterator) => Effect.sync(() => iterator.return?.())
      ),
      (iterator) => Stream.fromIterable({ [Symbol.iterator]: () => iterator }, { chunkSize: batch })
    )
  )

const warnOnce = () => {
  let isTold = false
  return (text: string, place: number) => {
    if (isTold) return
    isTold = true
    // Quoted, without what would steer a terminal, and cut: a line may be anything.
    const quoted = inspect(text, { maxStringLength: 60 })
    process.emitWarning(`names[${place}] is no domain name: ${quoted}. Such are passed over; onSkipped hears of each`)
  }
}

const iterate = <A, E>(options: Options, stream: Stream.Stream<A, E, LinearRegex>): AsyncIterable<A> =>
  Stream.toAsyncIterable(stream.pipe(Stream.interruptWhen(aborted(options.signal)), Stream.provide(Re2.layer)))

/** Never succeeds; fails with the signal's reason. */
const aborted = (signal: AbortSignal | undefined): Effect.Effect<never, unknown> =>
  signal === undefined
    ? Effect.never
    : Effect.callback((resume) => {
        const stop = () => resume(Effect.fail(signal.reason))
        if (signal.aborted) return stop()
        signal.addEventListener("abort", stop, { once: true })
        return Effect.sync(() => signal.removeEventListener("abort", stop))
      })

const stringRule = (pattern: string) => ({ pattern, ruleType: "string" as const })

/** Findings name the set they come from; the rules of a script are a set without a row. */
const ownSet = KeywordSetId.make("00000000-0000-0000-0000-000000000000")
