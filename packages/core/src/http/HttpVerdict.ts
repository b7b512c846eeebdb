import { Schema } from "effect"
import type { AdHocFinding, KeywordFinding } from "../keyword/KeywordFinding.ts"
import type { ProxyId } from "../proxy/ProxyId.ts"

/** The vocabulary of `http_keyword_results.validation_status`. */
export const HttpStatus = Schema.Literals([
  "Success",
  "ContentMismatch",
  "KeywordsNotFound",
  "Unreachable",
  "AccessDenied",
  "ProxyError",
  "DNSError",
  "Timeout",
  "Error",
  "Pending",
  "Skipped"
])
export type HttpStatus = typeof HttpStatus.Type

/** What a fetch of one name came to. A refused port or a page without the keyword is an answer, never a failure. */
export interface HttpVerdict {
  readonly status: HttpStatus
  /** In words, where the status alone does not say it: `address 10.0.0.1 is private`, `certificate has expired`. */
  readonly reason: string | null
  readonly statusCode: number | null
  /** Lower-case names to all their values. */
  readonly headers: Readonly<Record<string, ReadonlyArray<string>>> | null
  readonly title: string | null
  /** The first 256 characters of the readable text. */
  readonly snippet: string | null
  /** SHA-256 hex of the decoded body. */
  readonly contentHash: string | null
  readonly keywords: ReadonlyArray<KeywordFinding>
  readonly adHoc: ReadonlyArray<AdHocFinding>
  /** The port that decided; null when none answered. */
  readonly port: number | null
  /** The proxy of the last attempt; null when the name was asked directly, or none was left to ask through. */
  readonly proxyId: ProxyId | null
  /** Every URL asked, the first included, in order. */
  readonly urls: ReadonlyArray<string>
  readonly durationMs: number
  readonly attempts: number
}

/** What is told of a page that never came. */
export const noPage = {
  statusCode: null,
  headers: null,
  title: null,
  snippet: null,
  contentHash: null,
  keywords: [],
  adHoc: []
} satisfies Partial<HttpVerdict>

const transient: Record<HttpStatus, boolean> = {
  Success: false,
  ContentMismatch: false,
  KeywordsNotFound: false,
  Unreachable: true,
  AccessDenied: false,
  ProxyError: true,
  DNSError: false,
  Timeout: true,
  Error: true,
  Pending: false,
  Skipped: false
}

/** Worth asking again: the road, not the page, was at fault. */
export const isTransient = (self: HttpVerdict): boolean => transient[self.status]
