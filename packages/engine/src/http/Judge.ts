import type { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import type { AdHocFinding, KeywordFinding } from "@domainflow/core/keyword/KeywordFinding"
import type { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import type { Page, Shown } from "./Page.ts"

/** What is looked for in a page. */
export type Scan = (page: { readonly text: string; readonly title: string | null }) => Found

export interface Found {
  readonly keywords: ReadonlyArray<KeywordFinding>
  readonly adHoc: ReadonlyArray<AdHocFinding>
}

export interface Judgement extends Found {
  readonly status: HttpStatus
  readonly reason: string | null
}

/**
 * Judges pages by a persona's rules: status code, then content, then keywords. Where no keyword is asked for at all none
 * is found: required content makes a page acceptable, only a keyword makes it a success.
 */
export const make = (persona: HttpPersona, scan: Scan) => {
  const accepts = new Set(persona.allowedStatusCodes ?? [])
  const isAccepted = (status: number) =>
    persona.allowedStatusCodes === null ? status >= 200 && status < 300 : accepts.has(status)
  const required = persona.requiredContent.map(wanted)
  const forbidden = persona.forbiddenContent.map(wanted)

  const missing = (shown: Shown): string | null => {
    if (required.length + forbidden.length === 0) return null
    const places = [shown.text, shown.title ?? "", shown.source].map((place) => place.toLowerCase())
    const stands = ({ lower }: Wanted) => places.some((place) => place.includes(lower))
    const absent = required.find((content) => !stands(content))
    if (absent !== undefined) return `required content "${absent.given}" is missing`
    const present = forbidden.find(stands)
    return present === undefined ? null : `forbidden content "${present.given}" is there`
  }

  return {
    isAccepted,
    /** `page` is null where a page that is not accepted could not be read. */
    judge: (statusCode: number, page: Page | null): Judgement => {
      if (page === null || !isAccepted(statusCode))
        return nothing(denied.has(statusCode) ? "AccessDenied" : "ContentMismatch", `status code ${statusCode}`)
      if (page.shown === null)
        return nothing("ContentMismatch", `content type ${page.contentType?.slice(0, 100) ?? "unknown"} is no text`)
      const mismatch = missing(page.shown)
      if (mismatch !== null) return nothing("ContentMismatch", mismatch)
      const found = scan({ text: page.shown.text, title: page.shown.title })
      return found.keywords.length + found.adHoc.length > 0
        ? { ...found, status: "Success", reason: null }
        : nothing("KeywordsNotFound", null)
    }
  }
}

const denied: ReadonlySet<number> = new Set([401, 403, 429, 451])

const nothing = (status: HttpStatus, reason: string | null): Judgement => ({ status, reason, keywords: [], adHoc: [] })

interface Wanted {
  readonly given: string
  readonly lower: string
}

const wanted = (given: string): Wanted => ({ given, lower: given.toLowerCase() })
