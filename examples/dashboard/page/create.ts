import { ask, type Campaign, type Named, type Page, Refused } from "./api.ts"
import { el, exact, type View } from "./dom.ts"

interface Preview {
  readonly size: string
  readonly names: ReadonlyArray<string>
  readonly pattern: string
}

/** How long somebody must have stopped typing before the pattern is asked about. */
const pause = 200

const patterns = {
  prefix: "Letters before the word",
  suffix: "Letters after the word",
  both: "Letters on both sides",
  char_permutation: "Letters only, no word"
}

/** A form for a new pipeline that shows, while it is filled in, which names come out and how many exactly. */
export const create = async (): Promise<View> => {
  const [dns, http, sets, defaults] = await Promise.all([
    ask<Page<Named>>("GET", "/personas?type=dns&limit=100"),
    ask<Page<Named>>("GET", "/personas?type=http&limit=100"),
    ask<Page<Named>>("GET", "/keyword-sets?limit=100"),
    fetch("/defaults.json").then((answer): Promise<{ readonly ports: string }> => answer.json())
  ])
  const select = (name: string, options: ReadonlyArray<readonly [string, string]>) =>
    el("select", { name }, ...options.map(([value, text]) => el("option", { value }, text)))
  const named = (items: ReadonlyArray<Named>) => items.map(({ id, name }) => [id, name] as const)

  const name = el("input", { name: "name", required: true, value: "Look-alikes of acme", maxlength: 200 })
  const patternType = select("patternType", Object.entries(patterns))
  const constant = el("input", { name: "constantString", value: "acme", autocapitalize: "none", spellcheck: "false" })
  const length = el("input", { name: "variableLength", type: "number", min: 1, max: 20, value: 3, required: true })
  const characters = select("characterSet", [
    ["letters", "a–z"],
    ["alphanumeric", "a–z, 0–9"],
    ["numbers", "0–9"]
  ])
  const tld = el("input", { name: "tld", value: "com", required: true, autocapitalize: "none", spellcheck: "false" })
  const most = el("input", { name: "most", type: "number", min: 0, max: 2_147_483_647, value: 5_000 })
  const [resolveAs, fetchAs, lookFor] = [
    select("dns", named(dns.items)),
    select("http", named(http.items)),
    select("set", named(sets.items))
  ]
  const ports = el("input", { name: "ports", placeholder: "443, then 80", value: defaults.ports, inputmode: "numeric" })

  const shown = el("div", { class: "preview", "aria-live": "polite" }, el("p", { class: "muted" }, "…"))
  const wrong = el("p", { class: "error", role: "alert" })
  const submit = el("button", { class: "primary", type: "submit" }, "Create and start")

  const pattern = () => ({
    patternType: patternType.value,
    constantString: patternType.value === "char_permutation" ? "" : constant.value.trim(),
    variableLength: Number(length.value),
    characterSet: characters.value,
    tld: tld.value.trim()
  })

  /** What the API calls the fields, and what they are called here. */
  const inputs: Readonly<Record<string, readonly [string, HTMLElement]>> = {
    patternType: ["Pattern", patternType],
    constantString: ["Word", constant],
    variableLength: ["How many letters", length],
    characterSet: ["Which", characters],
    tld: ["Under", tld]
  }

  let asked = 0
  const preview = async () => {
    const turn = ++asked
    for (const [, input] of Object.values(inputs)) input.removeAttribute("aria-invalid")
    constant.disabled = patternType.value === "char_permutation"
    try {
      const { names, pattern: words, size } = await ask<Preview>("POST", "/campaigns/preview", pattern())
      // Somebody typed on: a later answer is on its way.
      if (turn !== asked) return
      const wanted = Number(most.value)
      const taken = wanted === 0 || BigInt(wanted) > BigInt(size) ? size : String(wanted)
      shown.replaceChildren(
        el(
          "p",
          {},
          el("strong", { id: "size" }, exact(size)),
          ` names in all, ${exact(taken)} of them asked for: ${words}.`
        ),
        el("ul", { class: "names" }, ...names.slice(0, 12).map((one) => el("li", {}, one)))
      )
      submit.disabled = false
    } catch (error) {
      if (turn !== asked) return
      const issues = error instanceof Refused ? error.issues : []
      for (const { field } of issues) inputs[field]?.[1].setAttribute("aria-invalid", "true")
      const told = issues.map(({ field, problem }) => `${inputs[field]?.[0] ?? field}: ${problem}`)
      shown.replaceChildren(
        ...(told.length === 0 ? [(error as Error).message] : told).map((text) => el("p", { class: "error" }, text))
      )
      submit.disabled = true
    }
  }
  let timer = 0
  const soon = () => {
    clearTimeout(timer)
    timer = window.setTimeout(preview, pause)
  }

  const form = el(
    "form",
    {
      class: "stack",
      oninput: soon,
      onsubmit: async (event) => {
        event.preventDefault()
        submit.disabled = true
        try {
          const pipeline = crypto.randomUUID()
          const targetHttpPorts = ports.value.split(/\D+/).filter(Boolean).map(Number)
          const [first] = await ask<ReadonlyArray<Campaign>>("POST", "/campaigns/pipelines", {
            name: name.value.trim(),
            metadata: { pipeline },
            generation: { ...pattern(), numDomainsToGenerate: Number(most.value) },
            dns: { personaIds: [resolveAs.value], batchSize: 200 },
            http: {
              personaIds: [fetchAs.value],
              keywordSetIds: lookFor.value === "" ? [] : [lookFor.value],
              targetHttpPorts
            }
          })
          if (first !== undefined) await ask("POST", `/campaigns/${first.id}/start`)
          location.hash = `#/pipeline/${pipeline}`
        } catch (error) {
          wrong.textContent = (error as Error).message
          submit.disabled = false
        }
      }
    },
    el("a", { class: "back small", href: "#/" }, "← All pipelines"),
    el("h1", {}, "New pipeline"),
    el(
      "section",
      { class: "card stack", "aria-label": "Names" },
      el("h2", {}, "Which names"),
      el("label", {}, "Name", name),
      el(
        "div",
        { class: "fields" },
        el("label", {}, "Pattern", patternType),
        el("label", {}, "Word", constant),
        el("label", {}, "How many letters", length),
        el("label", {}, "Which", characters),
        el("label", {}, "Under", tld),
        el("label", {}, el("span", {}, "Names at most ", el("span", { class: "hint" }, "(0: all)")), most)
      ),
      shown
    ),
    el(
      "section",
      { class: "card stack", "aria-label": "Questions" },
      el("h2", {}, "What to ask about them"),
      el(
        "div",
        { class: "fields" },
        el("label", {}, "Resolve as", resolveAs),
        el("label", {}, "Fetch as", fetchAs),
        el("label", {}, "Look for", lookFor),
        el("label", {}, "Ports", ports)
      )
    ),
    wrong,
    el("div", { class: "row actions" }, submit)
  )
  await preview()
  return { title: "New pipeline", node: form, close: () => clearTimeout(timer) }
}
