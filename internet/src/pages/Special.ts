/** Pages that are not anybody's own text. */
import { draw } from "../Dice.ts"
import { html } from "./Html.ts"
import { h1, type Page, p, subject } from "./Page.ts"
import { type Document, document, written } from "./Pages.ts"

/** What the registry shows for every name of a wildcard zone that nobody registered. */
export const asterisk = (name: string): Document =>
  written(
    {
      lang: "en",
      title: `${name} is available`,
      blocks: [
        h1("This name is not registered yet"),
        p(`Register ${name} today. Buy now for $9.99 a year, e-mail included.`)
      ],
      hidden: []
    },
    "utf-8",
    7
  )

/** The one page of a shared host, whoever sent the visitor. */
export const landing = (name: string): Document =>
  written(
    {
      lang: "en",
      title: "Brand portfolio – landing page",
      blocks: [
        h1("You have reached a parked name"),
        p(`It belongs to the portfolio kept at ${name}. Some of our names are for sale; customers login above.`)
      ],
      hidden: ["wallet"]
    },
    "utf-8",
    [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0)
  )

const phrases: Readonly<Record<number, readonly [title: string, text: string]>> = {
  401: ["401 Authorization Required", "A password is needed to see this page."],
  403: ["Just a moment...", "Checking your browser before you access this page. Access denied."],
  404: ["404 Not Found", "The requested page was not found on this server."],
  410: ["410 Gone", "This shop has closed."],
  429: ["Too Many Requests", "You have been rate limited. Try again later."],
  451: ["Unavailable For Legal Reasons", "This page was blocked by order of a court."],
  500: ["500 Internal Server Error", "Error establishing a database connection."],
  502: ["502 Bad Gateway", "The server behind this one did not answer."],
  503: ["Service Unavailable", "Down for maintenance. Back in a few minutes."]
}

/** What a server says with a status of 400 and above. */
export const message = (name: string, seed: number, status: number): Document => {
  const [title, text] = phrases[status]!
  return written({ lang: "en", title, blocks: [h1(title), p(text), p(`Server at ${name}`)], hidden: [] }, "utf-8", seed)
}

/** A page of the usual kind, with NUL characters and references to lone surrogates behind its text. */
export const withNul = (name: string, seed: number): Document => {
  const usual = document(name, seed)
  const page = { ...usual.page, blocks: [h1("Price list"), p("Everything on this list is for sale.")] }
  return {
    ...usual,
    page,
    charset: "utf-8",
    type: "text/html; charset=utf-8",
    exact: false,
    body: () =>
      Buffer.from(
        html(page, "utf-8", "header", draw(seed, 32)).replace(/<\/body>/i, "<p>\0&#0;\0 &#xD800; &#xDFFF;</p></body>")
      )
  }
}

/** Says UTF-8 and is windows-1252; what can be matched is ASCII. */
export const mislabelled = (name: string, seed: number): Document => {
  const { brand } = subject(name)
  const page: Page = {
    lang: "fr",
    title: `Menu | ${brand}`,
    blocks: [h1(`Chez ${brand}`), p("Crème brûlée, café, gâteau à la carte."), p("Gift card? Buy now at the bar.")],
    hidden: []
  }
  return {
    page,
    charset: "windows-1252",
    type: "text/html; charset=utf-8",
    exact: false,
    body: () => Buffer.from(html(page, "utf-8", "header", draw(seed, 32)), "latin1")
  }
}

/** Megabytes of log, with all that matters in its first lines. */
export const huge = (name: string, seed: number): Document => {
  const usual = document(name, seed)
  const page = { ...usual.page, blocks: [h1("Archive"), p("The archive is for sale as a whole.")] }
  return {
    ...usual,
    page,
    charset: "utf-8",
    type: "text/html; charset=utf-8",
    exact: false,
    body: () => {
      const line = "<p>2025-04-02 the pump ran, the valve held, nothing else happened in the whole of the shift.</p>\n"
      const source = html(page, "utf-8", "header", draw(seed, 32))
      const end = source.search(/<\/body>/i)
      return Buffer.from(source.slice(0, end) + line.repeat(hugeOctets / line.length) + source.slice(end))
    }
  }
}

/** About what a huge page has, in octets. */
export const hugeOctets = 4 * 1024 * 1024
