import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { EmbeddedError } from "./EmbeddedError.ts"

/** The setting that says in a server's own command line which process started it. */
export const ownerSetting = "domainflow.owner"

/** A process, told apart from a later one that was given the same number. */
export const identify = (pid: number): string => `${pid}.${startedAt(pid)}`

/**
 * Makes a data directory free: removes the lock of a server that is gone, and stops one whose owner is gone.
 *
 * A server that belongs to a living process, or that was started by other means, is left alone and is an error.
 */
export const clear = (dataDir: string): Effect.Effect<void, EmbeddedError> =>
  Effect.gen(function* () {
    const lock = join(dataDir, "postmaster.pid")
    for (let waited = 0; existsSync(lock); waited += patience) {
      const pid = Number.parseInt(readFileSync(lock, "utf8"), 10)
      const server = commandLine(pid)
      if (server === undefined || !server.includes(dataDir)) {
        // PostgreSQL would refuse where another program was given the number since.
        rmSync(lock, { force: true })
        return
      }
      const owner = new RegExp(`${ownerSetting}=(\\d+)(\\.\\d*)`).exec(server)
      if (owner === null || identify(Number(owner[1])) === `${owner[1]}${owner[2]}`) {
        return yield* new EmbeddedError({
          message: `${dataDir} is served by PostgreSQL process ${pid}, which belongs to ${owner === null ? "someone else" : `process ${owner[1]}`}: stop that first, or use another data directory`
        })
      }
      if (waited > 30_000) {
        return yield* new EmbeddedError({
          message: `${dataDir} is served by PostgreSQL process ${pid}, which nobody owns and which does not stop: stop it by hand`
        })
      }
      signalTo(pid, signals.findLast(([after]) => waited >= after)![1])
      yield* Effect.sleep(patience)
    }
  })

/** Between looks, in milliseconds. */
const patience = 50

/** Fast shutdown first, then without a checkpoint, then by force; milliseconds of waiting before each. */
const signals: ReadonlyArray<readonly [number, NodeJS.Signals]> = [
  [0, "SIGINT"],
  [15_000, "SIGQUIT"],
  [20_000, "SIGKILL"]
]

const signalTo = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already.
  }
}

/** The arguments of a process, joined; undefined where there is no such process. */
const commandLine = (pid: number): string | undefined => {
  try {
    return existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" })
  } catch {
    return undefined
  }
}

/** When a process started, in the kernel's ticks; empty where the system does not tell, or there is no such process. */
const startedAt = (pid: number): string => {
  try {
    if (!existsSync("/proc/self/stat")) {
      process.kill(pid, 0)
      return "0"
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // Field 22, counted after the name, which may hold spaces (proc(5)).
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}
