import { derive, die, draw, type Shares } from "../Dice.ts"
import { type Charset, encode } from "./Charset.ts"
import { chinese, czech, french, german, japanese, polish, russian } from "./families/foreign.ts"
import { chance, login } from "./families/login.ts"
import { construction, forSale, parked } from "./families/parked.ts"
import { shop } from "./families/shop.ts"
import { blog, corporate, news, shell } from "./families/writing.ts"
import { type Declared, html } from "./Html.ts"
import { type Family, type Page, subject } from "./Page.ts"

/** A page as it lies on the disk of its server. */
export interface Document {
  readonly page: Page
  readonly charset: Charset
  /** The Content-Type header. */
  readonly type: string
  /** Whether every reader makes the same text of it: false where the octets are broken on purpose. */
  readonly exact: boolean
  /** The octets that a client has after decoding; made anew at each call. */
  readonly body: () => Buffer
}

/** The page that the site of `name` shows at its root, a function of the name. */
export const document = (name: string, seed: number): Document => {
  const family = familyOf(seed)
  const page = families[family](subject(name), draw(seed, 30))
  return written(page, charsetOf(family, seed), seed)
}

/** `page` in one of the ways to mark it up and to say its charset. */
export const written = (page: Page, charset: Charset, seed: number): Document => {
  const style = draw(seed, 31)
  const declared = style.pick(declarations(charset))
  return {
    page,
    charset,
    exact: true,
    type: declared === "header" ? `text/html; charset=${style.pick([charset, charset.toUpperCase()])}` : "text/html",
    body: () => encode(html(page, charset, declared, draw(seed, 32)), charset)
  }
}

/** Only these two are found without being declared. */
const declarations = (charset: Charset): ReadonlyArray<Declared> =>
  charset === "utf-16le" || charset === "utf-16be"
    ? ["bom"]
    : charset === "utf-8" || charset === "windows-1252"
      ? ["header", "header", "meta", "http-equiv", "nowhere"]
      : ["header", "header", "meta", "http-equiv"]

const families = {
  shop,
  parked,
  forSale,
  construction,
  login,
  chance,
  blog,
  news,
  corporate,
  shell,
  german,
  french,
  polish,
  czech,
  russian,
  japanese,
  chinese
} satisfies Record<string, Family>

type FamilyName = keyof typeof families

const shares: Shares<FamilyName> = {
  shop: 1_700,
  parked: 1_800,
  forSale: 900,
  construction: 700,
  login: 900,
  chance: 500,
  blog: 900,
  news: 600,
  corporate: 1_000,
  shell: 300,
  german: 150,
  french: 150,
  polish: 80,
  czech: 80,
  russian: 80,
  japanese: 80,
  chinese: 80
}

const familyOf = die(shares, 33)

const western: ReadonlyArray<Charset> = [
  "utf-8",
  "utf-8",
  "utf-8",
  "utf-8",
  "utf-8",
  "utf-8",
  "windows-1252",
  "utf-16le"
]
const old: Readonly<Partial<Record<FamilyName, ReadonlyArray<Charset>>>> = {
  german: ["utf-8", "windows-1252"],
  french: ["utf-8", "windows-1252"],
  polish: ["utf-8", "iso-8859-2"],
  czech: ["utf-8", "iso-8859-2"],
  russian: ["utf-8", "koi8-r", "windows-1251"],
  japanese: ["utf-8", "shift_jis", "euc-jp", "utf-16be"],
  chinese: ["utf-8", "gb18030"]
}

const charsetOf = (family: FamilyName, seed: number): Charset => {
  const choices = old[family] ?? western
  return choices[derive(seed, 34) % choices.length]!
}
