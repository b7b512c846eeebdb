import { unitsOf } from "../Units.ts"

/**
 * An HTML document, and where the pieces of it end, by the tokenizer of WHATWG HTML 13.2.5. Only one at a time.
 *
 * Every method answers an index of `html`, `html.length` for a piece that never ends, and looks at no character twice:
 * a walk that goes on from each answer is linear.
 */
export class Markup {
  readonly html: string
  readonly length: number
  readonly units: Uint16Array

  constructor(html: string) {
    this.html = html
    this.length = html.length
    this.units = unitsOf(html)
  }

  /** The next `<` at or after `from` that opens a tag, a comment or a declaration rather than stand for itself. */
  next(from: number): number {
    let at = this.html.indexOf("<", from)
    while (at >= 0 && !this.opens(at)) at = this.html.indexOf("<", at + 1)
    return this.orEnd(at)
  }

  /** Whether the `<` at `at` does. `</>` is nothing and `</` at the end is text, which a reader would not miss. */
  opens(at: number): boolean {
    const c = this.units[at + 1]!
    return isLetter(c) || c === bang || c === slash || c === question
  }

  /** After the comment, `<!doctype>`, `<?…>` or `</…>` that opens at `open`; all but comments end at the next `>`. */
  endOfDeclaration(open: number): number {
    const { html, units } = this
    if (!html.startsWith("<!--", open)) return this.orEnd(html.indexOf(">", open), 1)
    // `<!-->` and `<!--->` are whole comments; `--!>` ends one too, but only past those dashes.
    for (let at = html.indexOf("--", open + 2); at >= 0; at = html.indexOf("--", at + 1)) {
      if (units[at + 2] === greater) return this.orEnd(at, 3)
      if (at >= open + 4 && html.startsWith("!>", at + 2)) return at + 4
    }
    return this.length
  }

  /** After the name that begins at `from`. */
  endOfName(from: number): number {
    let at = from
    while (at < this.length && !endsName(this.units[at]!)) at++
    return at
  }

  /** After the `>` of the tag whose name ended at `from`; a `>` within a quoted value is none. */
  endOfTag(from: number): number {
    const { html, length, units } = this
    // Whether `=` would begin a value: it does after a name, and is the beginning of one elsewhere.
    let named = false
    for (let at = from; at < length; at++) {
      const c = units[at]!
      if (c === greater) return at + 1
      if (c === equals && named) {
        named = false
        do at++
        while (isSpace(units[at]!))
        const quote = units[at]!
        if (quote === doubleQuote || quote === singleQuote) {
          at = html.indexOf(quote === doubleQuote ? '"' : "'", at + 1)
          if (at < 0) return length
        } else {
          while (at < length && units[at] !== greater && !isSpace(units[at]!)) at++
          at--
        }
      } else if (c === slash) named = false
      else if (!isSpace(c)) named = true
    }
    return length
  }

  /** The `</name` that ends the raw text which begins at `from`: no other tag counts in a style sheet or a title. */
  endOfRawText(from: number, name: string): number {
    for (let at = this.html.indexOf("</", from); at >= 0; at = this.html.indexOf("</", at + 2)) {
      if (this.isTagNamed(at + 2, name)) return at
    }
    return this.length
  }

  /** The `</script` that ends a script. One that a script within `<!--` writes, after a `<script` of its own, does not. */
  endOfScript(from: number): number {
    const end = this.endOfRawText(from, "script")
    return this.html.slice(from, end).includes("<!--") ? this.endOfOldScript(from) : end
  }

  /** Whether the lower-case `name` stands at `from`, in any case. */
  isNamed(from: number, name: string): boolean {
    for (let i = 0; i < name.length; i++) {
      const c = this.units[from + i]!
      if ((c >= 0x41 && c <= 0x5a ? c | 0x20 : c) !== name.charCodeAt(i)) return false
    }
    return true
  }

  private endOfOldScript(from: number): number {
    const { html, length, units } = this
    let mode: "script" | "escaped" | "nested" = "script"
    for (let at = from; at < length; at++) {
      const c = units[at]
      if (c === dash && mode !== "script" && html.startsWith("-->", at)) mode = "script"
      if (c !== less) continue
      if (mode === "script" && html.startsWith("<!--", at)) {
        mode = "escaped"
        // Onto its dashes, as `<!-->` ends what it begins.
        at++
      } else if (mode === "escaped" && this.isTagNamed(at + 1, "script")) mode = "nested"
      else if (units[at + 1] === slash && this.isTagNamed(at + 2, "script")) {
        if (mode !== "nested") return at
        mode = "escaped"
      }
    }
    return length
  }

  private isTagNamed(from: number, name: string): boolean {
    return this.isNamed(from, name) && endsName(this.units[from + name.length]!)
  }

  private orEnd(at: number, length = 0): number {
    return at < 0 ? this.length : Math.min(at + length, this.length)
  }
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

const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x09 || c === 0x0d || c === 0x0c
const endsName = (c: number): boolean => c === greater || c === slash || isSpace(c)
