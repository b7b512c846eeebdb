/**
 * `pnpm bench [name…] [--json] [--rounds N] [--names N]` runs `bench/<name>.bench.ts` of the packages and the examples, all of them when none is named.
 * Exit code 1 when a target is missed or a bench breaks, 2 when it does not exist.
 */
import { execFile } from "node:child_process"
import { globSync } from "node:fs"
import { availableParallelism, cpus } from "node:os"
import { basename, join, resolve } from "node:path"
import { parseArgs, promisify } from "node:util"
import type { Bench } from "./bench/Bench.ts"
import { measure, type Report } from "./bench/Report.ts"
import { table } from "./bench/table.ts"

const root = resolve(import.meta.dirname, "..")
const files = new Map(
  globSync(["packages/*/bench/*.bench.ts", "examples/bench/*.bench.ts"], { cwd: root })
    .sort()
    .map((file) => [basename(file, ".bench.ts"), join(root, file)])
)
const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string" },
    names: { type: "string" },
    help: { type: "boolean", default: false }
  }
})
const rounds = options.rounds === undefined ? {} : { rounds: Math.max(1, Number.parseInt(options.rounds, 10)) }
// Where a bench finds its size, in this process and those it starts.
if (options.names !== undefined) process.env["DOMAINFLOW_BENCH_NAMES"] = options.names
const unknown = positionals.filter((name) => !files.has(name))
const names = positionals.length > 0 ? positionals : [...files.keys()]

if (options.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no such bench: ${unknown.join(", ")}`)
  console.error(
    `usage: pnpm bench [name…] [--json] [--rounds N] [--names N]\nbenches: ${[...files.keys()].join(", ") || "none yet"}`
  )
  process.exit(unknown.length > 0 ? 2 : 0)
}

const say = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}`)
}

const here = async (name: string): Promise<Report> => {
  const bench: { readonly default: Bench } = await import(files.get(name)!)
  return measure({ ...bench.default, ...rounds }, say)
}

/** In a process of its own: no bench inherits the compiled code, heap or sockets of the one before. */
const apart = async (name: string): Promise<Report> => {
  const flags = options.rounds === undefined ? [] : ["--rounds", options.rounds]
  const args = [...process.execArgv, import.meta.filename, name, "--json", ...flags]
  const child = promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1_024 * 1_024 })
  child.child.stderr?.pipe(process.stderr)
  // A child that missed a target exits with 1 and has still told its report.
  const { stdout } = await child.catch((error: { stdout?: string }) => {
    if (error.stdout) return { stdout: error.stdout }
    throw error
  })
  const { benches }: { readonly benches: ReadonlyArray<Report> } = JSON.parse(stdout)
  return benches[0]!
}

const reports: Array<Report> = []
for (const name of names) {
  try {
    const report = await (names.length === 1 ? here : apart)(name)
    say("")
    reports.push(report)
    if (!options.json) console.log(`${table(report)}\n`)
  } catch (error) {
    say("")
    process.exitCode = 1
    console.error(`bench ${name} broke:`, error)
  }
}

if (options.json && reports.length > 0) {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism() }
  console.log(JSON.stringify({ machine, benches: reports }, null, 2))
}
if (reports.some((report) => report.targets.some((target) => !target.ok))) process.exitCode = 1
