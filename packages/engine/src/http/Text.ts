import { isLetter, Markup, slash } from "./Markup.ts"
import { fold, Visible } from "./Visible.ts"

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
  const markup = new Markup(html)
  const { length, units } = markup
  const seen = new Visible(markup)
  let title: string | null = null
  let templates = 0
  let inSvg = false
  // How much was seen before `<head>`: what stands in a head is forgotten once it proves to have been one.
  let beforeHead: number | null = null
  let headSeen = false

  for (let at = 0; at < length; ) {
    const open = templates === 0 ? seen.add(at, length, true) : markup.next(at)
    if (open === length) break

    const isStart = units[open + 1] !== slash
    const name = isStart ? open + 1 : open + 2
    if (!isLetter(units[name]!)) {
      at = markup.endOfDeclaration(open)
      continue
    }
    const nameEnd = markup.endOfName(name)
    const element = elementAt(markup, name, nameEnd)
    at = markup.endOfTag(nameEnd)
    if (element === undefined) continue

    switch (element.kind) {
      case "block":
        if (templates > 0) break
        seen.gap()
        // A head holds no block: this one was never closed, and what it gathered is the page.
        if (isStart) beforeHead = null
        break
      case "script":
        if (isStart) at = markup.endOfScript(at)
        break
      case "hidden":
        if (isStart) at = markup.endOfRawText(at, element.name)
        break
      case "field":
        if (templates === 0) seen.gap()
        if (isStart) {
          const end = markup.endOfRawText(at, element.name)
          if (templates === 0) seen.add(at, end, false)
          at = end
        }
        break
      case "title":
        if (isStart) {
          const end = markup.endOfRawText(at, element.name)
          if (title === null && !inSvg && templates === 0) title = seen.apart(at, end)
          at = end
        }
        break
      case "svg":
        if (templates === 0) seen.gap()
        inSvg = isStart && units[at - 2] !== slash
        break
      case "template":
        templates = isStart ? templates + 1 : Math.max(0, templates - 1)
        break
      case "head":
      case "body":
        if (beforeHead !== null) seen.cut(beforeHead)
        beforeHead = element.kind === "head" && isStart && !headSeen ? seen.length : null
        headSeen = true
        if (templates === 0) seen.gap()
        break
    }
  }
  return { title, text: seen.text() }
}

/** A body that is text already, folded the same way. */
export const plain = (text: string): string => fold(text).trim()

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

// By hash, since a slice and a lower-cased copy of every tag's name would cost more than all the rest of the walk.
const mix = (sum: number, unit: number): number => (sum * 31 + (unit | 0x20)) | 0

const elements = new Map<number, Element>(
  Object.entries(kinds).flatMap(([kind, names]) =>
    names.split(/\s+/).map((name): [number, Element] => [
      Array.from(name, (c) => c.charCodeAt(0)).reduce(mix, 0),
      // `Object.entries` forgets which keys a record has.
      { name, kind: kind as Kind }
    ])
  )
)
const longestName = 10

const elementAt = (markup: Markup, from: number, to: number): Element | undefined => {
  if (to - from > longestName) return undefined
  let sum = 0
  for (let at = from; at < to; at++) sum = mix(sum, markup.units[at]!)
  const element = elements.get(sum)
  return element?.name.length === to - from && markup.isNamed(from, element.name) ? element : undefined
}
