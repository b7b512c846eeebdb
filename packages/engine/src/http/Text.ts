import { decodeHTML } from "entities/decode"
import {
  endOfDeclaration,
  endOfName,
  endOfRawText,
  endOfScript,
  endOfTag,
  isLetter,
  isNamed,
  nextMarkup,
  slash
} from "./Markup.ts"

/**
 * What a reader sees of a page: its text and its first `<title>`, entities decoded, every run of white space one
 * space, none at the ends. One pass, linear on any input; of well-formed text it makes well-formed text.
 *
 * Left out are markup, comments, `<head>` and what no browser shows: `script`, `style`, `noscript`, `template`, `iframe`,
 * soft hyphens and zero-width spaces. A block boundary (`<p>`, `<td>`, `<br>`, …) reads as one space, an inline one
 * (`<b>`, an element nobody knows) as nothing. A `>` in a quoted attribute is part of it, and what a cut leaves of
 * a tag, comment or script is not text. Style sheets are not asked.
 *
 * @example
 * ```ts
 * readable("<title>Tea &amp; Co</title><p>Buy<br>our <b>t</b>ea") // { title: "Tea & Co", text: "Buy our tea" }
 * ```
 */
export const readable = (html: string): { readonly title: string | null; readonly text: string } => {
  const seen = new Folded()
  let title: string | null = null
  let templates = 0
  let inSvg = false
  // What was seen before `<head>`: what stands in a head is forgotten once it proves to have been one.
  let beforeHead: string | null = null
  let headSeen = false

  for (let at = 0; at < html.length; ) {
    const open = nextMarkup(html, at)
    if (templates === 0) seen.text(html, at, open, true)
    if (open === html.length) break

    const isStart = html.charCodeAt(open + 1) !== slash
    const name = isStart ? open + 1 : open + 2
    if (!isLetter(html.charCodeAt(name))) {
      at = endOfDeclaration(html, open)
      continue
    }
    const nameEnd = endOfName(html, name)
    const element = elementAt(html, name, nameEnd)
    at = endOfTag(html, nameEnd)
    if (element === undefined) continue

    switch (element.kind) {
      case "block":
        if (templates === 0) seen.gap()
        // A head holds no block: this one was never closed, and what it gathered is the page.
        if (isStart) beforeHead = null
        break
      case "script":
        if (isStart) at = endOfScript(html, at)
        break
      case "hidden":
        if (isStart) at = endOfRawText(html, at, element.name)
        break
      case "field":
        if (templates === 0) seen.gap()
        if (isStart) {
          const end = endOfRawText(html, at, element.name)
          if (templates === 0) seen.text(html, at, end, true)
          at = end
        }
        break
      case "title":
        if (isStart) {
          const end = endOfRawText(html, at, element.name)
          if (title === null && !inSvg && templates === 0) title = folded(html, at, end, true)
          at = end
        }
        break
      case "svg":
        if (templates === 0) seen.gap()
        inSvg = isStart && html.charCodeAt(at - 2) !== slash
        break
      case "template":
        templates = isStart ? templates + 1 : Math.max(0, templates - 1)
        break
      case "head":
      case "body":
        if (beforeHead !== null) seen.all = beforeHead
        beforeHead = element.kind === "head" && isStart && !headSeen ? seen.all : null
        headSeen = true
        if (templates === 0) seen.gap()
        break
    }
  }
  return { title, text: seen.all }
}

/** A body that is text already, folded the same way. */
export const plain = (text: string): string => folded(text, 0, text.length, false)

/** What an element means to a reader. Those that are missing are inline. */
type Kind = "block" | "hidden" | "script" | "field" | "title" | "svg" | "template" | "head" | "body"

// Images and controls stand between words as blocks do.
const kinds: Record<Kind, string> = {
  block: `address article aside audio blockquote br button canvas caption center col colgroup dd details dialog dir div dl dt
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 header hgroup hr html img input legend li
    listing main menu nav object ol optgroup option p picture plaintext pre search section select summary table tbody td
    tfoot th thead tr ul video`,
  hidden: "iframe noembed noframes noscript style",
  script: "script",
  field: "textarea xmp",
  title: "title",
  svg: "svg",
  template: "template",
  head: "head",
  body: "body"
}

interface Element {
  readonly name: string
  readonly kind: Kind
}

const hash = (html: string, from: number, to: number): number => {
  let hash = 0
  for (let at = from; at < to; at++) hash = (hash * 31 + (html.charCodeAt(at) | 0x20)) | 0
  return hash
}

// By hash, since a slice and a lower-cased copy of every tag's name would cost more than all the rest of the walk.
const elements = new Map<number, Element>(
  Object.entries(kinds).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name): [number, Element] => [
      hash(name, 0, name.length),
      // `Object.entries` forgets which keys a record has.
      { name, kind: kind as Kind }
    ])
  )
)
const longestName = 10

const elementAt = (html: string, from: number, to: number): Element | undefined => {
  if (to - from > longestName) return undefined
  const element = elements.get(hash(html, from, to))
  return element?.name.length === to - from && isNamed(html, from, element.name) ? element : undefined
}

const folded = (source: string, from: number, to: number, hasEntities: boolean): string => {
  const folded = new Folded()
  folded.text(source, from, to, hasEntities)
  return folded.all
}

/** Text as it is gathered: white space folded, what has no width left out. */
class Folded {
  all = ""
  /** White space was met since the last visible character. */
  private owed = false

  gap(): void {
    this.owed = true
  }

  /** Adds `source` from `from` to `to`, in slices as long as they come: most of a page is copied once, in runs. */
  text(source: string, from: number, to: number, hasEntities: boolean): void {
    let run = from
    for (let at = from; at < to; ) {
      const c = source.charCodeAt(at)
      if (c === space) {
        const next = at + 1 < to ? source.charCodeAt(at + 1) : space
        // A single space within a run is part of it.
        if (at > run && visible(next)) {
          at += 2
          continue
        }
      } else if (visible(c)) {
        at++
        continue
      } else if (c === ampersand) {
        if (!hasEntities) {
          at++
          continue
        }
        this.add(source, run, at)
        const decoded = decodeHTML(source.slice(at, to))
        this.text(decoded, 0, decoded.length, false)
        return
      }
      this.add(source, run, at)
      if (!isZeroWidth(c)) this.owed = true
      run = ++at
    }
    this.add(source, run, to)
  }

  private add(source: string, from: number, to: number): void {
    if (from === to) return
    if (this.owed && this.all !== "") this.all += " "
    this.owed = false
    this.all += source.slice(from, to)
  }
}

const space = 0x20
const ampersand = 0x26

/** Neither white space, nor without width, nor the beginning of an entity. */
const visible = (c: number): boolean =>
  c < 0x80
    ? c > ampersand || (c > space && c < ampersand) || (c < space && c !== 0 && (c < 0x09 || c > 0x0d))
    : !isBlank(c)

const isZeroWidth = (c: number): boolean => c === 0xad || c === 0x200b || c === 0x2060 || c === 0xfeff || c === 0

/** White space or without width, past ASCII. */
const isBlank = (c: number): boolean =>
  c === 0xa0 ||
  c === 0xad ||
  c === 0x1680 ||
  (c >= 0x2000 && c <= 0x200b) ||
  c === 0x2028 ||
  c === 0x2029 ||
  c === 0x202f ||
  c === 0x205f ||
  c === 0x2060 ||
  c === 0x3000 ||
  c === 0xfeff
