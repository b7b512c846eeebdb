import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../../quickstart/main.ts", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly output: string
}

/**
 * Every run meets the same internet: what a run keeps names the addresses it met, and others start internets meanwhile.
 * A killed run's internet is gone after a moment, however busy the machine.
 */
const internet = { block: 200 + (process.pid % 20), ipv6: false, patienceMillis: 60_000 }

/** Starts the quickstart as its user does, in a folder of its own. */
export const start = (args: ReadonlyArray<string>, cwd: string): { child: ChildProcess; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, ["--conditions=@domainflow/source", main, ...args], {
    cwd,
    env: { ...process.env, DOMAINFLOW_INTERNET: JSON.stringify(internet) }
  })
  let output = ""
  child.stdout.on("data", (text) => {
    output += text
  })
  child.stderr.on("data", (text) => {
    output += text
  })
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, output })))
  return { child, ended }
}
