/**
 * Where the pieces of an HTML document end, by the tokenizer of WHATWG HTML 13.2.5.
 *
 * Every function answers an index of `html`, `html.length` for a piece that never ends, and looks at no character
 * twice: a walk that goes on from each answer is linear.
 */

/** The next `<` at or after `from` that opens a tag, a comment or a declaration rather than stand for itself. */
export const nextMarkup = (html: string, from: number): number => {
  let at = html.indexOf("<", from)
  while (at >= 0 && !opens(html, at)) at = html.indexOf("<", at + 1)
  return at < 0 ? html.length : at
}

/** After the comment, `<!doctype>`, `<?…>` or `</…>` that opens at `open`; all but comments end at the next `>`. */
export const endOfDeclaration = (html: string, open: number): number => {
  if (!html.startsWith("<!--", open)) return after(html.indexOf(">", open), 1, html)
  // `<!-->` and `<!--->` are whole comments; `--!>` ends one too, but only past those dashes.
  for (let at = html.indexOf("--", open + 2); at >= 0; at = html.indexOf("--", at + 1)) {
    if (html.charCodeAt(at + 2) === greater) return at + 3
    if (at >= open + 4 && html.charCodeAt(at + 2) === bang && html.charCodeAt(at + 3) === greater) return at + 4
  }
  return html.length
}

/** After the name that begins at `from`. */
export const endOfName = (html: string, from: number): number => {
  let at = from
  while (at < html.length && !endsName(html.charCodeAt(at))) at++
  return at
}

/** After the `>` of the tag whose name ended at `from`; a `>` within a quoted value is none. */
export const endOfTag = (html: string, from: number): number => {
  // Whether `=` would begin a value: it does after a name, and is the beginning of one elsewhere.
  let named = false
  for (let at = from; at < html.length; at++) {
    const c = html.charCodeAt(at)
    if (c === greater) return at + 1
    if (c === equals && named) {
      named = false
      do at++
      while (isSpace(html.charCodeAt(at)))
      const quote = html.charCodeAt(at)
      if (quote === doubleQuote || quote === singleQuote) {
        at = html.indexOf(quote === doubleQuote ? '"' : "'", at + 1)
        if (at < 0) return html.length
      } else {
        while (at < html.length && html.charCodeAt(at) !== greater && !isSpace(html.charCodeAt(at))) at++
        at--
      }
    } else if (c === slash) named = false
    else if (!isSpace(c)) named = true
  }
  return html.length
}

/** The `</name` that ends the raw text which begins at `from`: no other tag counts in a style sheet or a title. */
export const endOfRawText = (html: string, from: number, name: string): number => {
  for (let at = html.indexOf("</", from); at >= 0; at = html.indexOf("</", at + 2)) {
    if (isTagNamed(html, at + 2, name)) return at
  }
  return html.length
}

/** The `</script` that ends a script. One that a script within `<!--` writes, after a `<script` of its own, does not. */
export const endOfScript = (html: string, from: number): number => {
  let mode: "script" | "escaped" | "nested" = "script"
  for (let at = from; at < html.length; at++) {
    const c = html.charCodeAt(at)
    if (c === dash && mode !== "script" && html.startsWith("-->", at)) mode = "script"
    if (c !== less) continue
    if (mode === "script" && html.startsWith("<!--", at)) {
      mode = "escaped"
      // Onto its dashes, as `<!-->` ends what it begins.
      at++
    } else if (mode === "escaped" && isTagNamed(html, at + 1, "script")) mode = "nested"
    else if (html.charCodeAt(at + 1) === slash && isTagNamed(html, at + 2, "script")) {
      if (mode !== "nested") return at
      mode = "escaped"
    }
  }
  return html.length
}

/** Whether the lower-case `name` stands at `from`, in any case. */
export const isNamed = (html: string, from: number, name: string): boolean => {
  for (let i = 0; i < name.length; i++) {
    const c = html.charCodeAt(from + i)
    if ((c >= 0x41 && c <= 0x5a ? c | 0x20 : c) !== name.charCodeAt(i)) return false
  }
  return true
}

export const isLetter = (c: number): boolean => (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a

export const slash = 0x2f
const bang = 0x21
const question = 0x3f
const equals = 0x3d
const less = 0x3c
const greater = 0x3e
const dash = 0x2d
const doubleQuote = 0x22
const singleQuote = 0x27

const opens = (html: string, at: number): boolean => {
  const c = html.charCodeAt(at + 1)
  // `</>` is nothing and `</` at the end is text, which a reader would not miss.
  return isLetter(c) || c === bang || c === slash || c === question
}

// Past the end `charCodeAt` is NaN, which is neither.
const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d || c === 0x0c
const endsName = (c: number): boolean => c === greater || c === slash || isSpace(c)

const isTagNamed = (html: string, from: number, name: string): boolean =>
  isNamed(html, from, name) && endsName(html.charCodeAt(from + name.length))

const after = (at: number, length: number, html: string): number => (at < 0 ? html.length : at + length)
