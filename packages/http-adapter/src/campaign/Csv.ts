import type { CampaignType } from "@domainflow/core/campaign/Campaign"
import type { DnsResult } from "@domainflow/core/dns/DnsResult"
import { DnsRecords } from "@domainflow/core/dns/DnsVerdict"
import type { GeneratedDomain } from "@domainflow/core/generation/GeneratedDomain"
import type { HttpResult } from "@domainflow/core/http/HttpResult"
import { KeywordFinding } from "@domainflow/core/keyword/KeywordFinding"
import { Schema, Stream } from "effect"

type Row = GeneratedDomain | DnsResult | HttpResult
type Cell = string | number | bigint | null

/** A table of answers (RFC 4180), with a header, in UTF-8. */
export const encode = <E>(type: CampaignType, rows: Stream.Stream<Row, E>): Stream.Stream<Uint8Array, E> => {
  const columns = tables[type]
  const head = Stream.make(line(Object.keys(columns)))
  const body = Stream.mapArray(rows, (batch) => [batch.map((row) => line(cells(columns, row))).join("")] as const)
  return Stream.encodeText(Stream.concat(head, body))
}

const cells = (columns: Columns, row: Row) => Object.values(columns).map((cell) => cell(row as never))

const line = (cells: ReadonlyArray<Cell>): string => `${cells.map(quoted).join(",")}\r\n`

/** What a cell of a spreadsheet must not begin with: it would be read as a formula, and a page's title is anybody's. */
const formula = /^[=+\-@\t\r]/

export const quoted = (cell: Cell): string => {
  if (cell === null) return ""
  if (typeof cell !== "string") return String(cell)
  const text = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

type Columns = Readonly<Record<string, (row: never) => Cell>>

const recordsOf = (row: DnsResult): typeof DnsRecords.Type | null => (isRecords(row.dnsRecords) ? row.dnsRecords : null)
const isRecords = Schema.is(DnsRecords)
const isFindings = Schema.is(Schema.Array(KeywordFinding))
const time = (at: Date | null): Cell => at?.toISOString() ?? null

const generated: Readonly<Record<string, (row: GeneratedDomain) => Cell>> = {
  domainName: (row) => row.domainName,
  offsetIndex: (row) => row.offsetIndex,
  generatedAt: (row) => time(row.generatedAt)
}

const dns: Readonly<Record<string, (row: DnsResult) => Cell>> = {
  domainName: (row) => row.domainName,
  validationStatus: (row) => row.validationStatus,
  ips: (row) => recordsOf(row)?.ips.join(" ") ?? null,
  cname: (row) => recordsOf(row)?.cname.join(" ") ?? null,
  rcode: (row) => recordsOf(row)?.rcode ?? null,
  reason: (row) => recordsOf(row)?.reason ?? null,
  attempts: (row) => row.attempts,
  lastCheckedAt: (row) => time(row.lastCheckedAt)
}

const http: Readonly<Record<string, (row: HttpResult) => Cell>> = {
  domainName: (row) => row.domainName,
  validationStatus: (row) => row.validationStatus,
  httpStatusCode: (row) => row.httpStatusCode,
  pageTitle: (row) => row.pageTitle,
  keywords: (row) =>
    isFindings(row.foundKeywordsFromSets)
      ? row.foundKeywordsFromSets.map(({ count, matchedText }) => `${matchedText} (${count})`).join("; ")
      : null,
  reason: (row) => row.fetchDetails?.reason ?? null,
  attempts: (row) => row.attempts,
  lastCheckedAt: (row) => time(row.lastCheckedAt)
}

const tables: Record<CampaignType, Columns> = {
  domain_generation: generated,
  dns_validation: dns,
  http_keyword_validation: http
}
