import { createHash } from "node:crypto"
import { answer } from "./dns/Answer.ts"
import type { Network } from "./Network.ts"
import { readable } from "./pages/Page.ts"
import type { Bytes, Odd, Reply, Shown } from "./web/Reply.ts"
import { siteOf } from "./web/Site.ts"

/** A keyword rule as far as it decides what is found. */
export interface Rule {
  readonly pattern: string
  readonly ruleType: "string" | "regex"
  readonly isCaseSensitive?: boolean
}

/** How a client visits. */
export interface Visit {
  /** In the order they are tried; 443 and 8443 speak TLS. */
  readonly ports?: ReadonlyArray<number>
}

export type Status =
  | "Success"
  | "KeywordsNotFound"
  | "ContentMismatch"
  | "AccessDenied"
  | "Unreachable"
  | "DNSError"
  | "Timeout"
  | "Error"

/** What a careful client must store about a name. */
export interface Expectation {
  readonly status: Status
  /** The answer that decided, if there was one. */
  readonly statusCode: number | null
  readonly title: string | null
  /** The readable text; null where there is none, or where broken octets leave it to the reader. */
  readonly text: string | null
  /** SHA-256 hex of the decoded body; null where there is no body, or more than a client should read. */
  readonly contentHash: string | null
  /** Rules that match, by index, and how often in text and title together. */
  readonly keywords: ReadonlyArray<{ readonly ruleIndex: number; readonly count: number }>
  /** The port that decided; null when none answered. */
  readonly port: number | null
  /** Every URL asked, in order. */
  readonly urls: ReadonlyArray<string>
}

/**
 * Plays a visit through, by the rules of HTTP and what each server replies.
 *
 * Ports are tried in order and the first that answers decides; a redirect leads wherever it leads.
 */
export const visit = (network: Network, name: string, rules: ReadonlyArray<Rule>, how: Visit = {}): Expectation => {
  let last = fault("Unreachable", [], null)
  for (const port of how.ports ?? [network.ports.https, network.ports.http]) {
    const scheme = port === 443 || port === 8443 ? "https" : "http"
    const here = follow(network, new URL(`${scheme}://${name}:${port}/`), rules, port)
    last = { ...here, urls: [...last.urls, ...here.urls] }
    if (last.port !== null || last.status !== "Unreachable") return last
  }
  return last
}

/** More than any client follows. */
const mostRedirects = 30

const follow = (network: Network, start: URL, rules: ReadonlyArray<Rule>, port: number): Expectation => {
  const urls: Array<string> = []
  for (let url = start; urls.length <= mostRedirects; ) {
    urls.push(url.href)
    const reply = ask(network, url)
    if (typeof reply === "string") return fault(reply, urls, urls.length > 1 ? port : null)
    if (reply._tag === "Shown") return shown(reply, rules, urls, port)
    if (reply._tag === "Bytes") return bytes(reply, urls, port)
    if (reply._tag !== "Redirect")
      return fault(broken[reply._tag], urls, urls.length > 1 || hasHead(reply._tag) ? port : null)
    url = new URL(reply.location, url)
  }
  return fault("Error", urls, port)
}

/** One request: the reply, or what is met instead of a server. */
const ask = (network: Network, url: URL): Reply | Status => {
  // Only addresses that a guard refuses are ever linked to as such.
  if (url.hostname.startsWith("[") || /^[\d.]+$/.test(url.hostname)) return "Unreachable"
  const addresses = ["A", "AAAA"].flatMap((type) =>
    answer(network, url.hostname, type).records.filter((record) => record.type === type)
  )
  if (addresses.length === 0) return "DNSError"
  const site = siteOf(network, url.hostname)
  if (site === null || !addresses.every(({ data }) => data === "::1" || data.startsWith("127."))) return "Unreachable"
  const secure = url.protocol === "https:"
  if (site.door !== "both" && site.door !== (secure ? "secure" : "plain")) return "Unreachable"
  if (secure && site.certificate !== "good") return "Unreachable"
  return site.reply({ secure, path: url.pathname + url.search })
}

/** Begins as an answer does: what is wrong comes after the head. */
const hasHead = (odd: Odd["_tag"]): boolean => odd === "Bomb" || odd === "BadGzip" || odd === "CutOff"

const broken: Record<Odd["_tag"], Status> = {
  Silence: "Timeout",
  Reset: "Unreachable",
  CutOff: "Unreachable",
  Bomb: "Error",
  HugeHeaders: "Error",
  BadGzip: "Error",
  NotHttp: "Error"
}

const nothing = { statusCode: null, title: null, text: null, contentHash: null, keywords: [] }

const fault = (status: Status, urls: ReadonlyArray<string>, port: number | null): Expectation => ({
  ...nothing,
  status,
  port,
  urls
})

const bytes = (reply: Bytes, urls: ReadonlyArray<string>, port: number): Expectation => ({
  ...nothing,
  status: reply.body.length === 0 ? "KeywordsNotFound" : "ContentMismatch",
  statusCode: reply.status,
  contentHash: hash(reply.body),
  port,
  urls
})

const shown = (
  { status, document }: Shown,
  rules: ReadonlyArray<Rule>,
  urls: ReadonlyArray<string>,
  port: number
): Expectation => {
  const { page, exact } = document
  const text = readable(page)
  const accepted = status >= 200 && status < 300
  const keywords = accepted
    ? rules
        .map((rule, ruleIndex) => ({ ruleIndex, count: occurrences(rule, text) + occurrences(rule, page.title) }))
        .filter(({ count }) => count > 0)
    : []
  const body = document.body()
  return {
    status: accepted ? (keywords.length > 0 ? "Success" : "KeywordsNotFound") : (refusals[status] ?? "ContentMismatch"),
    statusCode: status,
    title: page.title,
    text: exact ? text : null,
    contentHash: body.length > mostOctets ? null : hash(body),
    keywords,
    port,
    urls
  }
}

/** What every client reads to its end, in octets. */
const mostOctets = 8 * 1024 * 1024

const refusals: Readonly<Record<number, Status>> = {
  401: "AccessDenied",
  403: "AccessDenied",
  429: "AccessDenied",
  451: "AccessDenied"
}

/** Matches from left to right that do not overlap; the pages hold no letter whose case folding changes its length. */
const occurrences = (rule: Rule, text: string): number => {
  const source = rule.ruleType === "regex" ? rule.pattern : rule.pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
  const expression = new RegExp(source, rule.isCaseSensitive ? "gu" : "giu")
  return [...text.matchAll(expression)].filter(([match]) => match !== "").length
}

const hash = (body: Buffer) => createHash("sha256").update(body).digest("hex")
