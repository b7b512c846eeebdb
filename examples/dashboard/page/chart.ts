import { count, el } from "./dom.ts"

const svg = (tag: string, attributes: Record<string, string>): SVGElement => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** Seconds that the chart looks back. */
const span = 60
/** Samples that a pace is taken over. */
const calm = 4
const width = 300
const height = 56

/** A line of names a second over the last minute, and in words how fast it goes. */
export const chart = (label: string) => {
  const pace = el("span")
  const peak = el("span")
  const area = svg("path", { class: "area" })
  const line = svg("path", { class: "line" })
  const drawing = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": label
  })
  const root = el("figure", { class: "speed" }, drawing, el("figcaption", { class: "row small muted" }, pace, peak))
  drawing.append(svg("line", { x1: "0", x2: String(width), y1: String(height), y2: String(height) }), area, line)
  const samples: Array<readonly [second: number, done: number]> = []

  return {
    root,
    /** Adds a sample, and answers the pace of the last seconds. `isOver` says that nothing follows. */
    add: (done: number, isOver: boolean): number => {
      const now = performance.now() / 1_000
      samples.push([now, done])
      while (samples.length > 2 && samples[1]![0] < now - span) samples.shift()
      const rates = samples.slice(1).map(([at, value], i) => {
        // Over a few samples: names are committed in batches, and a batch is no burst.
        const [before, was] = samples[Math.max(0, i + 1 - calm)]!
        return [at, Math.max(0, (value - was) / Math.max(0.05, at - before))] as const
      })
      const top = Math.max(1, ...rates.map(([, rate]) => rate))
      const points = rates.map(([at, rate]) => {
        const x = width - ((now - at) / span) * width
        return `${x.toFixed(1)},${(height - 2 - (rate / top) * (height - 6)).toFixed(1)}`
      })
      if (points.length > 1) {
        line.setAttribute("d", `M${points.join("L")}`)
        area.setAttribute("d", `M${points[0]!.split(",")[0]},${height}L${points.join("L")}L${width},${height}Z`)
      }
      const recent = samples.filter(([at]) => at > now - 5)
      const [from, to] = [recent[0], recent.at(-1)]
      const speed =
        from === undefined || to === undefined || to[0] <= from[0] ? 0 : (to[1] - from[1]) / (to[0] - from[0])
      const most = rates.length === 0 ? 0 : Math.max(...rates.map(([, rate]) => rate))
      pace.textContent = isOver ? "the last minute" : `${count(speed)} a second`
      peak.textContent = most < 0.5 ? "" : `peak ${count(most)}`
      drawing.setAttribute(
        "aria-label",
        `${label}: ${Math.round(speed)} a second, at most ${Math.round(most)} in the last minute`
      )
      return speed
    }
  }
}
