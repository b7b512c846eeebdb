import { decodeHTML } from "entities/decode"
import { isLetter, type Markup } from "./Markup.ts"

/**
 * What a reader sees of a document, as it is gathered: white space folded, entities decoded, what has no width left out.
 *
 * It is gathered where it came from, in the units of the document: text never grows, so it stays behind the reading.
 */
export class Visible {
  /** Units so far. */
  length = 0
  private start = 0
  /** White space was met since the last of them. */
  private owed = false
  /** The bits that any of them has. */
  private bits = 0
  private readonly markup: Markup

  constructor(markup: Markup) {
    this.markup = markup
  }

  /** A boundary that reads as white space. */
  gap(): void {
    this.owed = true
  }

  /** Forgets all but the first `length` units. */
  cut(length: number): void {
    this.length = length
    this.owed = true
  }

  /** Adds text from `from` up to the next piece of markup, or to `to` where markup is text; answers where that is. */
  add(from: number, to: number, isMarkup: boolean): number {
    let at = from
    for (; at < to; at++) {
      const c = this.markup.units[at]!
      if (kindOf(c) === visible) at = this.addRun(at, to) - 1
      else if (c === less) {
        if (isMarkup && this.markup.opens(at)) break
        this.put(c)
      } else if (c === ampersand) at = this.addEntity(at, to) - 1
      else if (!isZeroWidth(c)) this.owed = true
    }
    return at
  }

  /** Words with single spaces between them, which most text is. Answers where they end. */
  private addRun(from: number, to: number): number {
    const { units } = this.markup
    let length = this.beforeVisible()
    let bits = this.bits
    let at = from
    let c = units[at]!
    let kind = visible
    let goesOn = true
    // Whether to go on is a matter of arithmetic, as a processor cannot guess where words end.
    while (goesOn) {
      bits |= c
      units[length++] = c
      c = units[++at]!
      const next = kindOf(c)
      goesOn = (next & (visible | ((kind & visible) << 1))) !== 0 && at < to
      kind = next
    }
    if (units[length - 1] === space) {
      this.owed = true
      length--
    }
    this.bits = bits
    this.length = length
    return at
  }

  /** What is between `from` and `to`, read as text, and not added. */
  apart(from: number, to: number): string {
    const { bits, length, owed } = this
    this.bits = 0
    this.owed = false
    this.start = length
    this.add(from, to, false)
    const text = this.text()
    this.bits = bits
    this.length = length
    this.owed = owed
    this.start = 0
    return text
  }

  text(): string {
    const { units } = this.markup
    const gathered = units.subarray(this.start, this.length)
    // A string of Latin letters takes half the room when it is made of octets, and is searched faster.
    return this.bits < 0x100
      ? Buffer.from(gathered).toString("latin1")
      : Buffer.from(units.buffer, gathered.byteOffset, gathered.byteLength).toString("utf16le")
  }

  private put(c: number): void {
    const length = this.beforeVisible()
    this.bits |= c
    this.markup.units[length] = c
    this.length = length + 1
  }

  /** The length, once the white space is there that is owed. */
  private beforeVisible(): number {
    if (this.owed && this.length > this.start) this.markup.units[this.length++] = space
    this.owed = false
    return this.length
  }

  /** The letters and digits after a `&`, and their semicolon, are all that what it stands for hangs on. */
  private addEntity(from: number, to: number): number {
    const { html, units } = this.markup
    let at = from + 1
    while (at < to && (isLetter(units[at]!) || isDigit(units[at]!) || units[at] === hash)) at++
    if (at < to && units[at] === semicolon) at++
    const text = entity(html.slice(from, at))
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === space) this.owed = true
      else this.put(c)
    }
    return at
  }
}

/** Text, folded the same way. */
export const fold = (text: string): string => text.replace(zeroWidth, "").replace(/ \s+|[^\S ]\s*/g, " ")

/** What `source`, a `&` and what belongs to it, stands for, folded. */
const entity = (source: string): string => {
  const known = entities.get(source)
  if (known !== undefined) return known
  const decoded = fold(decodeHTML(source))
  // What stands for nothing is the page's own text, and costs little to look at again.
  if (decoded !== source && entities.size < keptEntities && source.length <= longestEntity) {
    entities.set(apart(source), apart(decoded))
  }
  return decoded
}

/** A part of a string keeps all of it in memory: what outlives the page is a copy. */
const apart = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le")

const entities = new Map<string, string>()
/** Entities that are decoded once: pages use a few dozen, and HTML has 2,231. Bounded, as pages may make up their own. */
const keptEntities = 4_096
/** `&CounterClockwiseContourIntegral;` */
const longestEntity = 33

const space = 0x20
const hash = 0x23
const ampersand = 0x26
const semicolon = 0x3b
const less = 0x3c

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39

const zeroWidth = /[\0\xad\u200b\u2060\ufeff]+/g
const isZeroWidth = (c: number): boolean => c === 0 || c === 0xad || c === 0x200b || c === 0x2060 || c === 0xfeff

/** Kinds of units: what is taken as it is, what is taken after one that is visible, and, by 0, what takes a closer look. */
const visible = 1
const single = 2

const kindOf = (c: number): number => (c < 0x80 ? kinds[c]! : isBlank(c) ? 0 : visible)

const kinds = Uint8Array.from({ length: 0x80 }, (_, c) =>
  c === space ? single : /[\s\0&<]/.test(String.fromCharCode(c)) ? 0 : visible
)

/** White space or without width, past ASCII. In the order in which most scripts get away with the fewest questions. */
const isBlank = (c: number): boolean =>
  c < 0x1680
    ? c === 0xa0 || c === 0xad
    : c > 0x3000
      ? c === 0xfeff
      : c === 0x1680 ||
        (c >= 0x2000 && c <= 0x200b) ||
        c === 0x2028 ||
        c === 0x2029 ||
        c === 0x202f ||
        c === 0x205f ||
        c === 0x2060 ||
        c === 0x3000
