import type { Draw } from "../Dice.ts"

/** What a page says, apart from how it is marked up, encoded and sent. */
export interface Page {
  /** BCP 47. */
  readonly lang: string
  /** As a reader sees it: no entities, white space folded. */
  readonly title: string
  /** Everything that can be read, in order; each block is an element of its own. */
  readonly blocks: ReadonlyArray<Block>
  /** Stands in scripts, comments, attributes and `noscript`: in the source, but nothing that a reader sees. */
  readonly hidden: ReadonlyArray<string>
}

export interface Block {
  readonly tag: "h1" | "h2" | "p" | "li" | "div"
  readonly text: string
}

/** What a text can be about. */
export interface Subject {
  /** `k2acme.com` */
  readonly name: string
  /** `K2acme` */
  readonly brand: string
}

/** A way of writing pages; the same subject and draw give the same page. */
export type Family = (subject: Subject, draw: Draw) => Page

export const h1 = (text: string): Block => ({ tag: "h1", text })
export const h2 = (text: string): Block => ({ tag: "h2", text })
export const p = (text: string): Block => ({ tag: "p", text })
export const li = (text: string): Block => ({ tag: "li", text })
export const div = (text: string): Block => ({ tag: "div", text })

/** All that a reader sees, the blocks one space apart. */
export const readable = (self: Page): string => self.blocks.map((block) => block.text).join(" ")

export const subject = (name: string): Subject => {
  const label = name.slice(0, name.indexOf(".") === -1 ? name.length : name.indexOf("."))
  return { name, brand: label.charAt(0).toUpperCase() + label.slice(1) }
}
