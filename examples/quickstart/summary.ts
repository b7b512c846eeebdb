import type { Campaign } from "@domainflow/core/campaign/Campaign"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import type { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import type { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import type { KeywordFinding } from "@domainflow/core/keyword/KeywordFinding"
import { Effect, Stream } from "effect"
import { count } from "./Screen.ts"

/** How many of the best findings are shown. */
const shown = 10

interface Best {
  readonly name: string
  readonly title: string
  readonly findings: ReadonlyArray<KeywordFinding>
}

/** Everything the campaigns found, as a table of verdicts and the findings that deserve a look first. */
export const summary = Effect.fn("quickstart.summary")(function* (campaigns: ReadonlyArray<Campaign>) {
  const [, resolution, fetching] = campaigns
  if (resolution === undefined || fetching === undefined) return ""
  const dns = yield* tally((yield* DnsResults).stream(resolution.id).pipe(Stream.map((row) => row.validationStatus)))
  const best: Array<Best> = []
  const http = yield* tally(
    (yield* HttpResults).stream(fetching.id).pipe(
      Stream.map((row) => {
        if (row.validationStatus === "Success" && Array.isArray(row.foundKeywordsFromSets)) {
          // Written by this run's own scanner, whatever an older installation may have kept elsewhere.
          const findings = row.foundKeywordsFromSets as ReadonlyArray<KeywordFinding>
          best.push({ name: row.domainName, title: row.pageTitle ?? "(no title)", findings })
          best.sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1)).splice(shown)
        }
        return row.validationStatus
      })
    )
  )
  return `${table("names that", dnsWords, dns)}\n${table("pages that", httpWords, http)}\n${findings(best)}`
})

/** A page with many different signs comes before a page with many of one. */
const weight = ({ findings }: Best) =>
  findings.length * 1_000 +
  Math.min(
    999,
    findings.reduce((sum, finding) => sum + finding.count, 0)
  )

const tally = <Status, E, R>(statuses: Stream.Stream<Status, E, R>) =>
  Stream.runFold(
    statuses,
    () => new Map<Status, number>(),
    (counts, status) => counts.set(status, (counts.get(status) ?? 0) + 1)
  )

const dnsWords: Record<DnsStatus, string> = {
  Resolved: "resolve",
  Unresolved: "do not resolve",
  Error: "got no answer",
  Pending: "wait",
  Skipped: "were left out"
}

const httpWords: Record<HttpStatus, string> = {
  Success: "show a keyword",
  KeywordsNotFound: "show none",
  ContentMismatch: "are no page to read",
  AccessDenied: "refuse us",
  Unreachable: "cannot be reached",
  Timeout: "did not answer in time",
  DNSError: "had no address when fetched",
  ProxyError: "were cut off by a proxy",
  Error: "broke off in a way of their own",
  Pending: "wait",
  Skipped: "were left out"
}

const table = <Status extends string>(
  heading: string,
  words: Record<Status, string>,
  counts: ReadonlyMap<Status, number>
) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([status, n], i) => {
      const head = i === 0 ? heading : ""
      return `  ${head.padEnd(11)} ${words[status].padEnd(32)} ${count(n).padStart(9)}  ${status}`
    })
    .join("\n")
    .concat("\n")

const findings = (best: ReadonlyArray<Best>) =>
  best.length === 0
    ? "  no page showed a keyword\n"
    : ["  the best findings", ...best.map(finding)].join("\n").concat("\n")

const finding = ({ findings, name, title }: Best) => {
  const [first] = findings
  const others = findings.slice(1).map(({ pattern }) => pattern)
  const context = first?.contexts[0]?.trim() ?? first?.matchedText ?? ""
  return [
    `\n  ${name}  ${clip(title, 56)}`,
    `    ${first?.category ?? "keyword"}: "${first?.matchedText}"${others.length > 0 ? `, also ${others.join(", ")}` : ""}`,
    `    … ${clip(context, 100)} …`
  ].join("\n")
}

const clip = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
