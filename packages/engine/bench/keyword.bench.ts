/**
 * What was learnt on the way (2 cores, Node 24; ratios hold, figures do not):
 *
 * - An automaton waits for its table: each look needs the one before. One lane reads 50,000 characters in 290 µs with 1,000
 *   words, four lanes side by side in 122. Narrower cells bring nothing, and filters over three or four letters that leave
 *   most of a page out lose to guesses that the processor gets wrong.
 * - `charCodeAt` costs 3.6 ns, an element of a Uint16Array 1.3, and copying the string into one 0.1. Octets are no better.
 * - re2js finds where a regex matches in 100 ns a character, and tells whether it does in 14: so literals first, then one pass
 *   for all that have none, then the few hundred characters around a literal, and all of a page only when there is no way out.
 * - In text, a processor cannot guess where words end. Whether a run goes on is arithmetic, then: a third less time.
 * - The lanes are bound by instructions, some 20 a character: eight of them, octets for classes, hits gathered without a branch
 *   and masks in place of bounds all read at the same pace. With 1,000 words, a third of a scan is what it tells: counts,
 *   offsets, contexts.
 * - On a machine that others use, the same loop takes once or twice its time from one second to the next. What is measured is
 *   the work of this thread, so that at least nobody's waiting is in it.
 */
import type { KeywordRule } from "@domainflow/core/keyword/KeywordRule"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { Effect } from "effect"
import { RE2JS } from "re2js"
import { type Bench, ratio } from "../../../scripts/bench/Bench.ts"
import * as Text from "../src/http/Text.ts"
import * as Re2 from "../src/keyword/Re2.ts"
import * as Scanner from "../src/keyword/Scanner.ts"

/** Text that a contender reads in one measurement, in characters: 200 pages. */
const enough = 10_000_000

/** Milliseconds of work after which a slow contender has shown its pace. */
const longEnough = 600

/**
 * Milliseconds that this thread has worked. Everything here is one thread that waits for nothing: what it does not get
 * because others are at work on the machine is no figure of its own.
 */
const worked = () => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1_000
}

/** The same everywhere and always (a linear congruential generator). */
const numbers = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const syllables =
  "ba be bi co ca de do du en er fa fi ga go ha he in ing ion ka la le li lo ma me mi mo na ne no on or pa per po qua ra re ri ro sa se si so ta te ti to tra un ve vi wa we zy th st sh".split(
    " "
  )

/** A language of 6,000 words, some far more frequent than others, and pages in it. */
const language = (seed: number) => {
  const next = numbers(seed)
  const coin = () => Array.from({ length: 1 + next(4) }, () => syllables[next(syllables.length)]).join("")
  const vocabulary = Array.from({ length: 6_000 }, coin)
  const frequent = () => vocabulary[Math.floor((next(1_000) / 1_000) ** 2.2 * vocabulary.length)]!
  const sentence = () => {
    const words = Array.from({ length: 4 + next(12) }, frequent).join(" ")
    return `${words[0]?.toUpperCase()}${words.slice(1)}${next(3) === 0 ? "," : "."}`
  }
  return {
    text: (length: number) => {
      let text = ""
      while (text.length < length) text += `${sentence()} `
      return text.slice(0, length)
    },
    /** One keyword in twenty is a word of the language: most pages say few of those that are looked for. */
    keywords: (count: number) => {
      const keywords = new Set<string>()
      while (keywords.size < count) {
        const word = next(20) === 0 ? frequent() : coin() + coin()
        if (word.length > 3) keywords.add(next(5) === 0 ? `${word} ${frequent()}` : word)
      }
      return [...keywords]
    }
  }
}

/** Regexes as people write them, about words that no page of the language has, each with something that it matches. */
const regexes = (words: ReadonlyArray<string>) =>
  words.map((stem, index): readonly [pattern: string, sample: string] => {
    const word = `${stem}x`
    const forms: ReadonlyArray<readonly [string, string]> = [
      [`\\b${word}s?\\b`, word],
      [`${word}\\s+(?:now|today|online)`, `${word} today`],
      [`(?:cheap|best|free)\\s+${word}`, `best ${word}`],
      [`[\\w.+-]+@${word}\\.(?:com|net|org)`, `info@${word}.com`],
      [`${word}:?\\s*[$€]?\\d+(?:[.,]\\d{2})?`, `${word}: $12.50`],
      [`${word}.{0,20}price`, `${word} at a price`],
      [`https?://[^\\s"]*${word}`, `https://www.${word}`],
      [`${word}[- ]?${stem}`, `${word}-${stem}`]
    ]
    return forms[index % forms.length]!
  })

const rule = (pattern: string, ruleType: KeywordRule["ruleType"]): KeywordRule => ({
  pattern,
  ruleType,
  isCaseSensitive: false,
  contextChars: 50
})
const scanner = (rules: ReadonlyArray<KeywordRule>) =>
  Effect.runSync(
    Scanner.make([{ id: KeywordSetId.make("0192f0c1-7d2a-7000-8000-000000000001"), rules }], []).pipe(
      Effect.provide(Re2.layer)
    )
  )

const countOf = (regex: RegExp, text: string) => {
  let count = 0
  regex.lastIndex = 0
  while (regex.exec(text) !== null) count++
  return count
}
const countByRe2 = (regex: RE2JS, text: string) => {
  let count = 0
  for (const matcher = regex.matcher(text); matcher.find(); ) count++
  return count
}

// Exported, so that nothing that is read can be thought useless.
export let sink = 0

/** Megabytes at which, for each second of work, `read` reads `page` again and again; it answers how much it found. */
const reading = (name: string, page: string, read: (page: string) => number) => ({
  name,
  run: () => {
    const started = worked()
    let times = 0
    while (times * page.length < enough && worked() - started < longEnough) {
      sink += read(page)
      times++
    }
    return { "MB/s": (times * page.length) / 1_000 / (worked() - started) }
  }
})

const strings = (count: number) => {
  const { keywords, text } = language(count)
  const words = keywords(count)
  const page = text(50_000)
  const scan = scanner(words.map((word) => rule(word, "string"))).scan
  const alternation = new RegExp(words.join("|"), "gi")
  return [
    reading(`${count} strings: scanner`, page, (text) => scan({ text, title: null }).keywords.length),
    reading(`${count} strings: RegExp`, page, (text) => countOf(alternation, text)),
    reading(`${count} strings: indexOf`, page, (text) => {
      const lower = text.toLowerCase()
      let found = 0
      for (const word of words)
        for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) found++
      return found
    })
  ]
}

const patterns = () => {
  const { keywords, text } = language(50)
  const pairs = regexes(
    keywords(500)
      .filter((word) => !word.includes(" "))
      .slice(0, 50)
  )
  const rules = pairs.map(([pattern]) => rule(pattern, "regex"))
  const scan = scanner(rules).scan
  const byRe2 = pairs.map(([pattern]) => RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE))
  const byPlatform = pairs.map(([pattern]) => new RegExp(pattern, "gi"))
  const absent = text(50_000)
  // Each of them a thousand characters from the next.
  const present = pairs.map(([, sample]) => `${text(1_000 - sample.length)} ${sample} `).join("")
  return [
    ["absent", absent],
    ["present", present]
  ].flatMap(([state, page]) => [
    reading(`50 regexes ${state}: scanner`, page!, (text) => scan({ text, title: null }).keywords.length),
    reading(`50 regexes ${state}: RegExp`, page!, (text) =>
      byPlatform.reduce((sum, regex) => sum + countOf(regex, text), 0)
    ),
    reading(`50 regexes ${state}: re2js`, page!, (text) =>
      byRe2.reduce((sum, regex) => sum + countByRe2(regex, text), 0)
    )
  ])
}

/** A page as they are: half of it markup, a script, entities here and there. */
const pages = () => {
  const { text } = language(3)
  const words = text(30_000).split(". ")
  const html = `<!doctype html><html><head><title>T &amp; t</title><style>${"p{color:red}".repeat(200)}</style></head><body>${words
    .map(
      (line, i) =>
        `<div class="row row-${i}" data-id='${i}'><p id="p${i}"><a href="/p/${i}?a=b&amp;c=d">${line}</a> &nbsp;&euro;${i}</p></div>\n`
    )
    .join("")}<script>${"for(var i=0;i<9;i++){f(i<2)}".repeat(100)}</script></body></html>`
  return [reading("readable text of a page", html, (html) => Text.readable(html).text.length)]
}

export default {
  name: "keyword",
  title: "Keywords on a 50 kB page, whatever their case",
  // The scanner's loops are compiled at their best only after some hundred pages.
  warmups: 3,
  compares:
    "Megabytes for a second of the thread's work. The scanner tells every keyword with its count, offsets and contexts. The others count: one case-insensitive alternation (which tells of one keyword where several are), `indexOf` for each keyword on lower-cased text, each regex by itself. The regexes are about words that a page without them never has, and one that has them says once each.",
  contenders: () => [...strings(100), ...strings(1_000), ...patterns(), ...pages()],
  targets: [
    ratio("100 strings: scanner", "100 strings: RegExp", "MB/s", 1.5),
    ratio("1000 strings: scanner", "1000 strings: RegExp", "MB/s", 2.2),
    ratio("1000 strings: scanner", "1000 strings: indexOf", "MB/s", 20),
    ratio("50 regexes absent: scanner", "50 regexes absent: RegExp", "MB/s", 15),
    ratio("50 regexes present: scanner", "50 regexes present: RegExp", "MB/s", 1)
  ]
} satisfies Bench
