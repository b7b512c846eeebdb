import { ask, type Campaign, type Me, type Page, pipelines, Refused, standing } from "./api.ts"
import { create } from "./create.ts"
import { byId, count, el, exact, type View } from "./dom.ts"
import { pipeline } from "./pipeline.ts"

let me: Me | null = null
let shown: View | null = null

/** Which view an address asks for; looked at anew whenever the address or the session changes. */
const route = async (): Promise<View> => {
  if (me === null) return login()
  const [, name, id] = location.hash.slice(1).split("/")
  if (name === "new") return create()
  if (name === "pipeline" && id !== undefined) return pipeline(id)
  return list()
}

const show = async (): Promise<void> => {
  shown?.close?.()
  shown = null
  try {
    shown = await route()
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      me = null
      shown = login()
    } else shown = sorry((error as Error).message)
  }
  document.title = `${shown.title} · DomainFlow`
  byId("main").replaceChildren(shown.node)
  byId("who").hidden = me === null
  if (me !== null) byId("whom").textContent = `${me.user.firstName} ${me.user.lastName}`
  byId("link").textContent = ""
}

const sorry = (message: string): View => ({
  title: "Sorry",
  node: el(
    "div",
    { class: "stack" },
    el("h1", {}, "Sorry"),
    el("p", { class: "error", role: "alert" }, message),
    el("p", {}, el("a", { href: "#/" }, "← All pipelines"))
  )
})

const login = (): View => {
  const wrong = el("p", { class: "error", role: "alert" })
  const email = el("input", { name: "email", type: "email", autocomplete: "username", required: true })
  const password = el("input", { name: "password", type: "password", autocomplete: "current-password", required: true })
  const form = el(
    "form",
    {
      class: "card login stack",
      onsubmit: async (event) => {
        event.preventDefault()
        try {
          me = await ask<Me>("POST", "/auth/login", { email: email.value, password: password.value })
          await show()
          byId("main").focus()
        } catch (error) {
          wrong.textContent = (error as Error).message
          password.value = ""
          password.focus()
        }
      }
    },
    el("h1", {}, "Log in"),
    el("label", {}, "E-mail", email),
    el("label", {}, "Password", password),
    wrong,
    el("button", { class: "primary", type: "submit" }, "Log in")
  )
  return { title: "Log in", node: form }
}

const steps = [
  ["Spell", "every name that a pattern makes of a word"],
  ["Resolve", "each of them, to see which are taken"],
  ["Fetch and read", "their pages, for the words that you look for"]
] as const

/** How often the list looks again. */
const interval = 2_000

const list = async (): Promise<View> => {
  const cards = el("ul", { class: "list" })
  const refresh = async () => {
    const { items } = await ask<Page<Campaign>>("GET", "/campaigns?limit=300")
    const all = pipelines(items)
    cards.replaceChildren(
      ...all.map((one) => {
        const last = one.stages.at(-1)!
        const [done, total] = one.stages.reduce(
          ([done, total], stage) => [done + Number(stage.processedItems), total + Number(stage.totalItems)],
          [0, 0]
        )
        const state = standing(one)
        const bar = el("progress", { max: Math.max(total, 1), value: total === 0 ? 0 : done, "aria-label": "Progress" })
        if (state === "completed") bar.className = "done"
        return el(
          "li",
          {},
          el(
            "a",
            { class: "card", href: `#/pipeline/${one.id}` },
            el("span", { class: "row" }, el("strong", {}, one.name), el("span", { class: `pill ${state}` }, state)),
            bar,
            el(
              "span",
              { class: "row muted small" },
              el("span", {}, `${exact(one.stages[0]!.totalItems)} names`),
              el(
                "span",
                {},
                last.campaignType === "http_keyword_validation"
                  ? `${count(last.successfulItems)} findings`
                  : `${count(last.successfulItems)} successful`
              )
            )
          )
        )
      })
    )
    if (all.length === 0) {
      cards.replaceChildren(
        el(
          "li",
          { class: "card welcome stack" },
          el("h2", {}, "Nothing here yet"),
          el("p", { class: "muted" }, "A pipeline finds out which look-alikes of a word are in use, and for what."),
          el(
            "ol",
            { class: "steps" },
            ...steps.map(([what, how]) => el("li", {}, el("strong", {}, what), el("span", { class: "muted" }, how)))
          ),
          el("p", {}, el("a", { class: "button primary", href: "#/new" }, "Make the first one"))
        )
      )
    }
  }
  await refresh()
  const timer = setInterval(() => refresh().catch(() => {}), interval)
  const add = el("a", { class: "button primary", href: "#/new" }, "New pipeline")
  const node = el("div", { class: "stack" }, el("div", { class: "row" }, el("h1", {}, "Pipelines"), add), cards)
  return { title: "Pipelines", node, close: () => clearInterval(timer) }
}

byId("logout").addEventListener("click", async () => {
  await ask("POST", "/me/logout").catch(() => {})
  me = null
  await show()
})
addEventListener("hashchange", () => void show().then(() => byId("main").focus()))
me = await ask<Me>("GET", "/me").catch(() => null)
await show()
