import { ask, type Campaign, type Page, pipelines, standing } from "./api.ts"
import { chart } from "./chart.ts"
import { announce, byId, count, duration, el, exact, type View } from "./dom.ts"
import { findings } from "./findings.ts"

const titles = {
  domain_generation: ["Spell", "names"],
  dns_validation: ["Resolve", "resolve"],
  http_keyword_validation: ["Fetch and read", "findings"]
} as const

/** How often the stages that have no stream of their own are looked at. */
const interval = 1_000

const isFinal = (status: string) => ["completed", "failed", "cancelled", "archived"].includes(status)

/** A pipeline as it runs: a card a stage, what can be done about it, and what it has found. */
export const pipeline = async (id: string): Promise<View> => {
  const { items } = await ask<Page<Campaign>>("GET", "/campaigns?limit=300")
  const found = pipelines(items).find((one) => one.id === id)
  if (found === undefined) throw new Error("this pipeline does not exist any more")
  const stages = new Map(found.stages.map((stage) => [stage.id, stage]))
  const cards = new Map(found.stages.map((stage) => [stage.id, card(stage)]))
  const state = el("span", { class: "pill" })
  /** Whether somebody has asked for a pause here: a stage that is queued only later is paused then. */
  let isHeld = false
  const hold = async () => {
    isHeld = true
    await act("pause", ["running", "queued"])
  }
  const pause = el("button", { type: "button", onclick: hold }, "Pause")
  const resume = el("button", { type: "button", class: "primary", onclick: () => act("resume", ["paused"]) }, "Resume")
  const sure = confirmation(() => act("cancel", ["running", "queued", "paused", "pending"]))
  const cancel = el("button", { type: "button", onclick: () => sure.showModal() }, "Cancel")
  const wrong = el("p", { class: "error", role: "alert" })
  const last = found.stages.at(-1)!
  const results = findings(found.stages, () => [...stages.values()].every(({ status }) => isFinal(status)))

  let said = ""
  const draw = () => {
    const now = standing({ ...found, stages: [...stages.values()] })
    state.textContent = now
    state.className = `pill ${now}`
    const states = [...stages.values()].map(({ status }) => status)
    pause.hidden = !states.some((status) => status === "running" || status === "queued")
    resume.hidden = !states.includes("paused")
    cancel.hidden = states.every(isFinal)
    if (said !== "" && said !== now) announce(`${found.name} is ${now}`)
    said = now
  }
  const put = (stage: Campaign) => {
    const before = stages.get(stage.id)
    stages.set(stage.id, stage)
    cards.get(stage.id)?.draw(stage)
    draw()
    if (stage.id === last.id && before?.successfulItems !== stage.successfulItems) results.grew()
    if (isFinal(stage.status) && before !== undefined && !isFinal(before.status)) results.grew()
    if (isHeld && stage.status === "queued" && before?.status === "pending") void hold()
  }

  /** What is asked of every stage that is in one of these states; the last first, so that none runs dry meanwhile. */
  const act = async (action: string, from: ReadonlyArray<string>) => {
    if (action !== "pause") isHeld = false
    wrong.textContent = ""
    for (const stage of [...stages.values()].reverse()) {
      if (!from.includes(stage.status)) continue
      try {
        put(await ask<Campaign>("POST", `/campaigns/${stage.id}/${action}`))
      } catch (error) {
        wrong.textContent = (error as Error).message
      }
    }
  }

  // One stream a tab: browsers open six connections to a host, and two tabs with three streams each would take them all.
  const link = byId("link")
  const events = isFinal(last.status) ? null : new EventSource(`/api/campaigns/${last.id}/events`)
  events?.addEventListener("progress", (event) => put({ ...stages.get(last.id)!, ...JSON.parse(event.data) }))
  events?.addEventListener("open", () => {
    link.textContent = ""
  })
  events?.addEventListener("error", () => {
    link.textContent = "Connection lost, trying again…"
  })
  // The server has nothing more to say: without this the browser would ask again and again.
  events?.addEventListener("end", () => {
    events.close()
    ask<Campaign>("GET", `/campaigns/${last.id}`).then(put, () => {})
  })

  const look = async () => {
    for (const stage of stages.values()) {
      const isStreamed = stage.id === last.id && events !== null
      if (!isStreamed && !isFinal(stage.status)) put(await ask<Campaign>("GET", `/campaigns/${stage.id}`))
      else cards.get(stage.id)?.draw(stage)
    }
  }
  const timer = setInterval(() => look().catch(() => {}), interval)
  for (const stage of found.stages) cards.get(stage.id)?.draw(stage)
  draw()

  const node = el(
    "div",
    { class: "stack" },
    el("a", { class: "back small", href: "#/" }, "← All pipelines"),
    el(
      "div",
      { class: "row" },
      el("div", { class: "row" }, el("h1", {}, found.name), state),
      el("div", { class: "row actions" }, pause, resume, cancel)
    ),
    sure,
    wrong,
    el("section", { class: "stages", "aria-label": "Stages" }, ...[...cards.values()].map(({ root }) => root)),
    results.root
  )
  return {
    title: found.name,
    node,
    close: () => {
      clearInterval(timer)
      events?.close()
      link.textContent = ""
    }
  }
}

/** Asks once more before something that cannot be undone. Escape keeps things as they are. */
const confirmation = (then: () => void) => {
  const dialog = el(
    "dialog",
    { class: "card", "aria-labelledby": "sure" },
    el(
      "form",
      { method: "dialog", class: "stack" },
      el("h2", { id: "sure" }, "Cancel this pipeline?"),
      el("p", { class: "muted" }, "What it has found so far stays. It cannot be started again."),
      el(
        "div",
        { class: "row end" },
        el("button", { value: "" }, "Keep it running"),
        el("button", { class: "danger", value: "yes" }, "Cancel pipeline")
      )
    )
  )
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") then()
    dialog.returnValue = ""
  })
  return dialog
}

/** One stage: how far it is, how fast, and what came of it. */
const card = (stage: Campaign) => {
  const [title, unit] = titles[stage.campaignType]
  const done = el("span", { class: "figure" })
  const total = el("span", { class: "muted small" })
  const bar = el("progress", { "aria-label": `${title}: progress` })
  const rest = el("span", { class: "small muted" })
  const good = el("span", { class: "small" })
  const state = el("span", { class: "pill" })
  const speed = chart(`${title}: names a second`)
  const root = el(
    "article",
    { class: "card stage", "aria-label": title },
    el("div", { class: "row" }, el("h2", {}, title), state),
    el("div", {}, done, " ", total),
    bar,
    el("div", { class: "row" }, good, rest)
  )
  root.append(speed.root)
  return {
    root,
    draw: (stage: Campaign) => {
      const { errorMessage, processedItems, status, successfulItems, totalItems } = stage
      done.textContent = count(processedItems)
      total.textContent = `of ${exact(totalItems)}`
      bar.max = Math.max(1, Number(totalItems))
      bar.value = Number(totalItems) === 0 && status === "completed" ? 1 : Number(processedItems)
      bar.className = status === "completed" ? "done" : ""
      good.textContent = errorMessage ?? `${count(successfulItems)} ${unit}`
      state.textContent = status
      state.className = `pill ${status}`
      const pace = speed.add(Number(processedItems), isFinal(status))
      rest.textContent = isFinal(status) ? took(stage) : left(stage, pace)
    }
  }
}

const took = ({ completedAt, startedAt }: Campaign): string =>
  completedAt === null || startedAt === null
    ? ""
    : `in ${duration((Date.parse(completedAt) - Date.parse(startedAt)) / 1_000)}`

/** How far it is, and how long it may take at this pace. */
const left = ({ processedItems, status, totalItems }: Campaign, pace: number): string => {
  const [done, total] = [Number(processedItems), Number(totalItems)]
  const share = total === 0 ? "" : `${Math.floor((100 * done) / total)} %`
  return status !== "running" || pace < 0.5 || total <= done
    ? share
    : `${share} · about ${duration((total - done) / pace)} left`
}
