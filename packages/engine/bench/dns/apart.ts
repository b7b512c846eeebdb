import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Defer } from "../../../../scripts/bench/Bench.ts"
import type { Run } from "./Client.ts"
import type { kinds } from "./child.ts"
import { existing, questions } from "./zone.ts"

/** Clients take turns on one core and the server has another: so nobody's speed is that of who else was at work. */
const clientCore = 0
const serverCore = 1

const canPin = existsSync("/usr/bin/taskset") && availableParallelism() > serverCore
const pinned = (core: number, command: string, args: ReadonlyArray<string>) =>
  canPin
    ? ({ command: "taskset", args: ["-c", String(core), command, ...args] } as const)
    : ({ command, args: [...args] } as const)

export const onServerCore = (command: string, args: ReadonlyArray<string>) => pinned(serverCore, command, args)

/** A client of ours or of Node's, in a process that stays for all rounds: what was compiled stays so. */
export const node = (kind: keyof typeof kinds, port: number, window: number, defer: Defer) => {
  const file = fileURLToPath(new URL("./child.ts", import.meta.url))
  const { args, command } = pinned(clientCore, process.execPath, [
    ...process.execArgv,
    file,
    kind,
    String(port),
    String(window)
  ])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  defer(() => child.kill())
  const gone = once(child, "exit")
  return async (): Promise<Run> => {
    child.send("run")
    const told = await Promise.race([once(child, "message"), gone.then(() => null)])
    if (told === null) throw new Error(`the client ${kind} ended with ${child.exitCode}`)
    return told[0] as Run // our own program is at the other end
  }
}

/** The measure of the trade, in C. It makes no verdicts; its own count of NOERROR answers is checked. */
export const dnsperf = (port: number, window: number, defer: Defer) => {
  const folder = mkdtempSync(join(tmpdir(), "bench-dnsperf-"))
  defer(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "questions")
  writeFileSync(file, questions.map(({ name, type }) => `${name} ${type}\n`).join(""))
  const flags = `-s 127.0.0.1 -p ${port} -d ${file} -n 1 -c 4 -T 2 -t 1 -q ${window}`
  // The shell tells the processor time of what it has run: its own on the first line, that of its children below.
  const { args, command } = pinned(clientCore, "sh", ["-c", `dnsperf ${flags} && times`])
  return async (): Promise<Run> => {
    const { stdout } = await promisify(execFile)(command, [...args])
    const told = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1])
    return {
      resolved: told(/NOERROR (\d+)/) - existing,
      seconds: told(/Run time \(s\): +([\d.]+)/),
      cpuMicros: cpuSeconds(stdout.trimEnd().split("\n").at(-1) ?? "") * 1_000_000
    }
  }
}

/** `0m1.250000s 0m0.310000s`, user and system. */
const cpuSeconds = (times: string): number =>
  [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0
  )
