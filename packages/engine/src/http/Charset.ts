import { isUtf8 } from "node:buffer"
import { TextDecoder } from "node:util"

/**
 * The text of a body, whatever it was written in. Never throws.
 *
 * The charset is the first that is known of: a byte order mark, the `charset` of `contentType`, what the page says
 * of itself in its first 1,024 bytes, and else UTF-8 where the bytes are that and windows-1252 where they are not.
 * Labels mean what they mean to a browser (WHATWG Encoding 4.2: `iso-8859-1` is windows-1252).
 *
 * A broken sequence reads U+FFFD. NUL is left out and no surrogate is alone, so PostgreSQL takes every answer.
 */
export const decode = (bytes: Uint8Array, contentType: string | null): string => {
  const text = read(bytes, sniff(bytes, contentType))
  return (text.includes("\0") ? text.replaceAll("\0", "") : text).toWellFormed()
}

/** The WHATWG name, in lower case, of the charset that `decode` reads. */
export const sniff = (bytes: Uint8Array, contentType: string | null): string =>
  byMark(bytes) ??
  (contentType === null ? null : known(labelIn(contentType))) ??
  (isMarkup(contentType) ? byPrescan(bytes) : null) ??
  (isUtf8(bytes.subarray(0, wholeCharacters(bytes))) ? "utf-8" : "windows-1252")

/** Bytes searched for what a page says of its own charset (WHATWG HTML 13.2.3.2). */
const prescanned = 1_024

// Shared, as a decoder that is not streaming keeps nothing between calls, and a campaign meets few charsets.
const decoders = new Map<string, TextDecoder>()

const decoder = (label: string): TextDecoder => {
  const kept = decoders.get(label)
  if (kept !== undefined) return kept
  const fresh = new TextDecoder(label)
  decoders.set(label, fresh)
  return fresh
}

const read = (bytes: Uint8Array, charset: string): string =>
  charset === "windows-1252"
    ? windows1252(bytes)
    : charset === "x-user-defined"
      ? latin1(bytes).replace(/[\x80-\xff]/g, (c) => String.fromCharCode(0xf700 + c.charCodeAt(0)))
      : decoder(charset).decode(bytes)

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")

/** What windows-1252 puts at 0x80 to 0x9f; the five it leaves empty stay C1 controls. */
const windows1252High = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"

// Spelt out, because the TextDecoder of some supported Nodes reads this most common of legacy charsets as latin-1.
const windows1252 = (bytes: Uint8Array): string =>
  latin1(bytes).replace(/[\x80-\x9f]/g, (c) => windows1252High.charAt(c.charCodeAt(0) - 0x80))

const byMark = (b: Uint8Array): string | null => {
  if (b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf) return "utf-8"
  if (b[0] === 0xfe && b[1] === 0xff) return "utf-16be"
  if (b[0] === 0xff && b[1] === 0xfe) return "utf-16le"
  return null
}

/** How many bytes are left when the character that the end of a cut body splits is taken off. */
const wholeCharacters = (b: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= b.length; back++) {
    const byte = b[b.length - back]!
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? b.length - back : b.length
    if (byte < 0x80) break
  }
  return b.length
}

/** The charset a label stands for; null for one that is unknown, or that browsers refuse to read. */
const known = (label: string | null): string | null => {
  if (label === null) return null
  const name = label.trim().toLowerCase()
  if (name === "x-user-defined") return name
  try {
    return decoder(name).encoding
  } catch {
    return null
  }
}

/** The value of `charset=` in a header or in a `content` attribute (WHATWG HTML 2.4.4, which both follow in practice). */
const labelIn = (value: string): string | null => {
  const found = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r ;"']+))/i.exec(value)
  return found === null ? null : (found[1] ?? found[2] ?? found[3] ?? null)
}

const isMarkup = (contentType: string | null): boolean =>
  contentType === null || /^[\t ]*(?:$|;|[^;]*(?:html|xml|octet-stream|unknown))/i.test(contentType)

/** What the page says of itself: an XML declaration, `<meta charset>` or `<meta http-equiv>`. */
const byPrescan = (bytes: Uint8Array): string | null => {
  const head = latin1(bytes.subarray(0, prescanned))
  const declared = known(/^<\?xml[\t\n\r ][^>]*?encoding[\t\n\r ]*=[\t\n\r ]*["']([^"'>]+)/.exec(head)?.[1] ?? null)
  const charset = declared ?? byMeta(head)
  // Bytes in which ASCII could be read are not UTF-16, whatever they claim.
  if (charset === "utf-16le" || charset === "utf-16be") return "utf-8"
  return charset === "x-user-defined" ? "windows-1252" : charset
}

/** Tag by tag, so that a `<meta>` within a comment or another tag's attribute is none. */
const byMeta = (head: string): string | null => {
  const token = /<!--|<\/?[a-z][^\t\n\f\r />]*|<[!/?]/giy
  for (let at = head.indexOf("<"); at >= 0; at = head.indexOf("<", at)) {
    token.lastIndex = at
    const found = token.exec(head)?.[0].toLowerCase()
    if (found === undefined) at++
    else if (found === "<!--") {
      // `<!-->` is a whole comment: its end may share the dashes of its start.
      const end = head.indexOf("-->", at + 2)
      if (end < 0) return null
      at = end + 3
    } else if (found.length === 2 && !/[a-z]/.test(found)) {
      const end = head.indexOf(">", at)
      if (end < 0) return null
      at = end + 1
    } else {
      const attributes = new Map<string, string>()
      at = readAttributes(head, at + found.length, attributes)
      if (found !== "<meta") continue
      const charset = known(attributes.get("charset") ?? viaContent(attributes))
      if (charset !== null) return charset
    }
  }
  return null
}

const viaContent = (attributes: ReadonlyMap<string, string>): string | null =>
  attributes.get("http-equiv")?.toLowerCase() === "content-type" ? labelIn(attributes.get("content") ?? "") : null

/** Reads a tag's attributes into `into`, the first of a name standing, and answers where the tag ends. */
const readAttributes = (head: string, from: number, into: Map<string, string>): number => {
  const attribute =
    /[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*)))?/y
  attribute.lastIndex = from
  let at = from
  for (let found = attribute.exec(head); found !== null; found = attribute.exec(head)) {
    at = attribute.lastIndex
    const name = found[1]!.toLowerCase()
    if (!into.has(name)) into.set(name, found[2] ?? found[3] ?? found[4] ?? "")
  }
  const end = head.indexOf(">", at)
  return end < 0 ? head.length : end + 1
}
