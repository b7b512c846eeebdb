import type { Draw } from "../Dice.ts"
import type { Block, Page } from "./Page.ts"

/** Where a page says its charset. */
export type Declared = "header" | "meta" | "http-equiv" | "bom" | "nowhere"

/**
 * The markup of a page: one of several styles, with inline elements, entities, scripts, comments and `noscript`.
 *
 * Block elements stand on lines of their own and inline elements touch their words, so whatever a reader makes of
 * boundaries, the text is `readable(page)`.
 */
export const html = (page: Page, charset: string, declared: Declared, draw: Draw): string => {
  const style = styles[draw.int(styles.length)]!
  const [shown, machine] = [page.blocks.map((block) => element(block, draw)), page.hidden.map(ascii)]
  const meta =
    declared === "meta"
      ? `<meta charset="${charset}">`
      : declared === "http-equiv"
        ? `<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=${charset}">`
        : '<meta name="generator" content="pages 4.2">'
  const description = `<meta name="description" content="${ascii(page.hidden[0] ?? "A page")}">`
  const title = `<title>${draw.chance(0.2) ? "\n    " : ""}${entities(page.title, draw)}</title>`
  const head = [meta, title, description, `<style>${filler(draw)}</style>`]
  return style({ lang: page.lang, head, shown, machine, root: page.blocks.length === 0 })
}

interface Parts {
  readonly lang: string
  readonly head: ReadonlyArray<string>
  readonly shown: ReadonlyArray<string>
  readonly machine: ReadonlyArray<string>
  /** An empty page that a script would fill. */
  readonly root: boolean
}

const script = (text: string) => `<script>/* ${text} */ window.ready = true;</script>`

const styles: ReadonlyArray<(parts: Parts) => string> = [
  ({ lang, head, shown, machine, root }) =>
    [
      "<!doctype html>",
      `<html lang="${lang}">`,
      `<head>\n${head.join("\n")}\n</head>`,
      "<body>",
      root ? '<div id="root"></div>' : "",
      ...shown,
      ...machine.map(script),
      "</body>\n</html>"
    ].join("\n"),
  ({ lang, head, shown, machine }) =>
    [
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
      `<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="${lang}">`,
      `<head>\n${head.join("\n")}\n${machine.map(script).join("\n")}</head>`,
      '<body class="page">\n<div id="wrapper">',
      ...machine.map((text) => `<!-- ${text} -->`),
      ...shown,
      "</div>\n</body></html>"
    ].join("\n"),
  ({ head, shown, machine }) =>
    [
      "<HTML><HEAD>",
      ...head,
      "</HEAD><BODY BGCOLOR=#ffffff>",
      ...machine.map((text) => `<noscript>${text}</noscript>`),
      ...shown.map((line) => `<div class=row>${line}</div>`),
      `<img src=/logo.gif alt="${machine[0] ?? "logo"}">`,
      "</BODY></HTML>"
    ].join("\r\n"),
  ({ lang, head, shown, machine, root }) =>
    [
      `<!DOCTYPE html><html lang=${lang}><head>${head.join("")}`,
      ...machine.map((text) => `<script type="application/json">{"note":"${text}"}</script>`),
      "</head><body>",
      root ? '<div id="app"></div>' : "",
      "<main>",
      ...shown,
      "</main>",
      "<style>body{margin:0}</style></body></html>"
    ].join("\n")
]

const element = ({ tag, text }: Block, draw: Draw): string => {
  const inner = emphasis(entities(text, draw), draw)
  return `<${tag}${draw.chance(0.3) ? ` class="${tag}-${draw.int(9)}"` : ""}>${inner}</${tag}>`
}

/** One word of the text in an inline element. */
const emphasis = (markup: string, draw: Draw): string => {
  const words = markup.split(" ")
  if (words.length < 3 || draw.chance(0.5)) return markup
  const at = draw.int(words.length)
  const tag = draw.pick(["b", "em", "span", 'a href="/more"', "strong"])
  words[at] = `<${tag}>${words[at]}</${tag.split(" ")[0]}>`
  return words.join(" ")
}

/** Escapes what must be escaped, and now and then what need not be. */
const entities = (text: string, draw: Draw): string =>
  text.replace(/[&<>"'©–“”é·ö]/g, (character) => {
    const [name, needed] = references[character]!
    const code = character.codePointAt(0)!
    return needed || draw.chance(0.5) ? draw.pick([`&${name};`, `&#${code};`, `&#x${code.toString(16)};`]) : character
  })

const references: Readonly<Record<string, readonly [name: string, needed: boolean]>> = {
  "&": ["amp", true],
  "<": ["lt", true],
  ">": ["gt", true],
  '"': ["quot", false],
  "'": ["apos", false],
  "©": ["copy", false],
  "–": ["ndash", false],
  "“": ["ldquo", false],
  "”": ["rdquo", false],
  é: ["eacute", false],
  "·": ["middot", false],
  ö: ["ouml", false]
}

/** Safe inside a comment, a script and a quoted attribute. */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]|["<>&]|--/g, "")

/** Rules nobody uses: what makes real pages long. */
const filler = (draw: Draw): string =>
  Array.from(
    { length: 20 + draw.int(200) },
    (_, index) => `.c${index}{margin:${index % 17}px;color:#${(index * 4_099) % 4_096}}`
  ).join("\n")
