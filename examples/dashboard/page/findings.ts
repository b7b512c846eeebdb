import { ask, type Campaign, type Finding, type HttpResult, type Page } from "./api.ts"
import { el } from "./dom.ts"

/** At most this often a growing list is read anew. */
const rest = 1_500

const statuses = [
  "Success",
  "KeywordsNotFound",
  "ContentMismatch",
  "AccessDenied",
  "Unreachable",
  "Timeout",
  "DNSError",
  "ProxyError",
  "Error"
]

/** What a pipeline has found, page by page, with the words that were looked for in their place. */
export const findings = (stages: ReadonlyArray<Campaign>, isOver: () => boolean) => {
  const http = stages.find(({ campaignType }) => campaignType === "http_keyword_validation")
  const rows = el("ul", { class: "findings" })
  const more = el("button", { type: "button", onclick: () => read(next) }, "Show more")
  const filter = el(
    "select",
    { name: "status", onchange: () => read(null) },
    el("option", { value: "" }, "All answers")
  )
  filter.append(...statuses.map((status) => el("option", { value: status, selected: status === "Success" }, status)))
  const words = el("input", { type: "search", name: "words", placeholder: "in what is shown", oninput: () => sift() })
  const none = el("p", { class: "muted empty", role: "status", hidden: true }, "None of what is shown says that.")
  const files = el("div", { class: "row actions" })

  let next: string | null = null
  let readUpTo = 0
  const query = () => (filter.value === "" ? "" : `&status=${filter.value}`)

  const read = async (after: string | null) => {
    if (http === undefined) return
    const page = await ask<Page<HttpResult>>(
      "GET",
      `/campaigns/${http.id}/http-results?limit=25${query()}${after === null ? "" : `&after=${after}`}`
    )
    if (after === null) rows.replaceChildren()
    rows.append(...page.items.map(row))
    readUpTo = rows.children.length
    if (readUpTo === 0) rows.append(el("li", { class: "muted empty" }, nothing()))
    next = page.next
    more.hidden = next === null
    files.replaceChildren(
      ...["csv", "ndjson"].map((kind) =>
        el(
          "a",
          { class: "button", href: `/api/campaigns/${http.id}/export.${kind}?${query().slice(1)}`, download: true },
          `Export ${kind.toUpperCase()}`
        )
      )
    )
    sift()
  }

  const nothing = () =>
    isOver()
      ? filter.value === "Success"
        ? "No page says any of the words that were looked for."
        : "No page was answered for like that."
      : "Nothing yet: pages are being fetched, and what they say appears here."

  const sift = () => {
    const wanted = words.value.trim().toLowerCase()
    let shown = 0
    for (const row of rows.children) {
      if (!(row instanceof HTMLElement)) continue
      row.hidden = !row.textContent.toLowerCase().includes(wanted)
      if (!row.hidden) shown++
    }
    none.hidden = shown > 0 || readUpTo === 0
  }

  let due = 0
  /** There is more than there was: the first page is read anew, while nobody has read on. */
  const grew = () => {
    if (due !== 0 || readUpTo > 25) return
    due = window.setTimeout(() => {
      due = 0
      if (rows.isConnected) read(null).catch(() => {})
    }, rest)
  }

  const root = el(
    "section",
    { class: "card stack", "aria-label": "Findings" },
    el("div", { class: "row" }, el("h2", {}, "Findings"), files),
    el("div", { class: "fields" }, el("label", {}, "Answer", filter), el("label", {}, "Filter", words)),
    rows,
    none,
    more
  )
  root.hidden = http === undefined
  read(null).catch(() => {})
  return { root, grew }
}

const row = ({
  domainName,
  fetchDetails,
  foundKeywordsFromSets,
  httpStatusCode,
  pageTitle,
  validationStatus
}: HttpResult) =>
  el(
    "li",
    {},
    el(
      "div",
      { class: "row" },
      el("span", { class: "domain" }, domainName),
      el(
        "span",
        { class: `pill ${validationStatus}` },
        httpStatusCode === null ? validationStatus : `${validationStatus} ${httpStatusCode}`
      )
    ),
    pageTitle === null ? null : el("span", {}, pageTitle),
    fetchDetails?.reason == null ? null : el("span", { class: "context" }, fetchDetails.reason),
    ...(foundKeywordsFromSets ?? []).map(keyword)
  )

const keyword = ({ category, contexts, count, matchedText }: Finding) =>
  el(
    "p",
    { class: "context" },
    ...highlighted(contexts[0] ?? matchedText, matchedText),
    el("span", { class: "small" }, ` ${category === undefined ? "" : `· ${category} `}· ${count}×`)
  )

/** A context with the words in it marked. */
const highlighted = (context: string, words: string): ReadonlyArray<Node | string> => {
  const at = context.toLowerCase().indexOf(words.toLowerCase())
  if (words === "" || at < 0) return [context]
  return [
    `…${context.slice(0, at)}`,
    el("mark", {}, context.slice(at, at + words.length)),
    `${context.slice(at + words.length)}…`
  ]
}
