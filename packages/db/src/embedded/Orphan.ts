import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import { EmbeddedError } from "./EmbeddedError.ts"

/** The setting that says in a server's own command line which process started it. */
export const ownerSetting = "domainflow.owner"

/** What the folders of sockets are called, so that one left behind may be removed. */
export const folderPrefix = "domainflow-pg-"

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
    let folder = ""
    for (let waited = 0; ; waited += patience) {
      const found = holder(lock)
      if (found === undefined) {
        if (basename(folder).startsWith(folderPrefix)) rmSync(folder, { recursive: true, force: true })
        return
      }
      const { pid, sockets } = found
      if (!serves(pid, dataDir)) {
        // PostgreSQL would refuse where another program was given the number since.
        rmSync(lock, { force: true })
        folder = sockets
        continue
      }
      const owner = new RegExp(`${ownerSetting}=(\\d+)(\\.\\d*)`).exec(commandLine(pid))
      if (owner === null || identify(Number(owner[1])) === `${owner[1]}${owner[2]}`) {
        if (waited < grace) {
          yield* pause(patience)
          continue
        }
        return yield* new EmbeddedError({
          message: `${dataDir} is served by PostgreSQL process ${pid}, which belongs to ${owner === null ? "someone else" : `process ${owner[1]}`}: stop that first, or use another data directory`
        })
      }
      if (waited > 30_000) {
        return yield* new EmbeddedError({
          message: `${dataDir} is served by PostgreSQL process ${pid}, which nobody owns and which does not stop: stop it by hand`
        })
      }
      folder = sockets
      signalTo(pid, signals.findLast(([after]) => waited >= after)![1])
      yield* pause(patience)
    }
  })

/** Waits for the world outside, whose time no test moves. */
export const pause = (millis: number) => Effect.promise(() => setTimeout(millis))

/** Between looks, in milliseconds. */
const patience = 50

/** What a process that was told to stop, or killed a moment ago, may take to be gone; milliseconds. */
const grace = 3_000

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

/** The process that a lock names, and where its socket is; undefined where there is none, or none any more. */
const holder = (lock: string): { readonly pid: number; readonly sockets: string } | undefined => {
  try {
    const [pid, , , , sockets = ""] = readFileSync(lock, "utf8").split("\n")
    return { pid: Number(pid), sockets }
  } catch {
    return undefined
  }
}

/** Whether a process is the server of a data directory, which is then its working directory. */
const serves = (pid: number, dataDir: string): boolean => {
  try {
    return existsSync("/proc/self/cwd")
      ? readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir)
      : commandLine(pid).includes("postgres")
  } catch {
    return false
  }
}

/** The arguments of a process, joined; empty where there is no such process. */
const commandLine = (pid: number): string => {
  try {
    return existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" })
  } catch {
    return ""
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
    // Fields 3 and 22, counted after the name, which may hold spaces (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    // A zombie has ended; only nobody has asked how.
    return fields[0] === "Z" ? "" : (fields[19] ?? "")
  } catch {
    return ""
  }
}
