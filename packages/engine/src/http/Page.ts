import { hash } from "node:crypto"
import * as Charset from "./Charset.ts"
import * as Coding from "./Coding.ts"
import type { Response } from "./Exchange.ts"
import type { Fault } from "./Fault.ts"
import { valuesOf } from "./Head.ts"
import type { Limits } from "./Limits.ts"
import { plain, readable } from "./Text.ts"

/** What a response shows. */
export interface Page {
  /** SHA-256 hex of the decoded body. */
  readonly contentHash: string
  /** Null where the body is no text. */
  readonly shown: Shown | null
  readonly contentType: string | null
}

export interface Shown {
  readonly title: string | null
  readonly text: string
  /** The body as characters, markup and all. */
  readonly source: string
}

/** Reads a response: undoes its codings, tells text from other things, and what a reader sees of it. */
export const read = (response: Response, limits: Limits): Page | Fault => {
  const body = Coding.decode(response.body.bytes(), valuesOf(response, "content-encoding").join(","), limits)
  if ("_tag" in body) return body
  const contentType = valuesOf(response, "content-type")[0] ?? null
  const kind = kindOf(contentType, body)
  return {
    contentType,
    contentHash: hash("sha256", body, "hex"),
    shown: kind === null ? null : show(body, contentType, kind)
  }
}

type Kind = "markup" | "plain" | "nothing"

const show = (body: Uint8Array, contentType: string | null, kind: Kind): Shown => {
  if (kind === "nothing") return { title: null, text: "", source: "" }
  const source = Charset.decode(body, contentType)
  return kind === "markup" ? { ...readable(source), source } : { title: null, text: plain(source), source }
}

/** HTML, XML and its kin are read as markup; other text and JSON as they stand; anything else is no text. */
const kindOf = (contentType: string | null, body: Uint8Array): Kind | null => {
  if (body.length === 0) return "nothing"
  const type = (contentType ?? "").split(";", 1)[0]!.trim().toLowerCase()
  if (type === "" || type === "unknown/unknown" || !type.includes("/")) return isBinary(body) ? null : "markup"
  if (/^(?:text\/(?:html|xml)|application\/(?:xhtml\+xml|xml)|.*\+xml)$/.test(type)) return "markup"
  if (/^(?:text\/.+|application\/(?:json|ld\+json)|.*\+json)$/.test(type)) return "plain"
  return null
}

/** Without a type, what has characters no text has is none (WHATWG MIME Sniffing 7.1 asks for the first 1,445 bytes). */
const isBinary = (body: Uint8Array): boolean => {
  const isUtf16 = (body[0] === 0xfe && body[1] === 0xff) || (body[0] === 0xff && body[1] === 0xfe)
  if (isUtf16) return false
  for (const byte of body.subarray(0, 1_445))
    if (byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f)) return true
  return false
}
