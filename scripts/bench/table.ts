import { styleText } from "node:util"
import type { Report } from "./Report.ts"

/** A report for a reader: the medians, their spread, and every target with a tick or a cross. */
export const table = (report: Report): string =>
  [
    styleText("bold", `${report.name}: ${report.title}`),
    ...wrap(report.compares, 100),
    "",
    ...columns(
      ["", "median", "unit", "min", "max"],
      report.rows.map((row) => [
        row.case,
        figure(row.median),
        row.unit,
        figure(Math.min(...row.runs)),
        figure(Math.max(...row.runs))
      ])
    ),
    "",
    ...columns(
      ["target", "value", "bound", ""],
      report.targets.map((target) => [
        target.name,
        figure(target.value),
        target.floor === undefined ? `<= ${figure(target.ceiling ?? Number.NaN)}` : `>= ${figure(target.floor)}`,
        target.ok ? styleText("green", "✔") : styleText("red", "✘ missed")
      ])
    ),
    "",
    styleText("dim", `${report.rows[0]?.runs.length ?? 0} rounds, ${report.seconds.toFixed(1)} s`)
  ].join("\n")

/** Three digits that matter, thousands apart: `13,400,000`, `8.21`, `0.047`. */
const figure = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString("en", { maximumSignificantDigits: 3 }) : String(value)

/** The first column to the left, figures to the right. */
const columns = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  if (rows.length === 0) return []
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `  ${cells.map((cell, i) => (isFigure(cell) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join("  ")}`.trimEnd()
  return [styleText("dim", line(head)), ...rows.map(line)]
}

const isFigure = (cell: string): boolean => /^[\d.,]+$/.test(cell)

const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of text.split(/\s+/)) {
    const last = lines.length - 1
    if (lines[last] !== "" && lines[last]!.length + word.length >= width) lines.push(word)
    else lines[last] = lines[last] === "" ? word : `${lines[last]} ${word}`
  }
  return lines
}
