import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import type { Binaries } from "./Binaries.ts"
import { EmbeddedError } from "./EmbeddedError.ts"
import * as Orphan from "./Orphan.ts"
import type { Runner } from "./Runner.ts"

export interface Options {
  readonly binaries: Binaries
  readonly runner: Runner
  readonly dataDir: string
  /** The folder of the Unix socket; removed with all it holds when the server has stopped. */
  readonly folder: string
  readonly port: number | undefined
  readonly settings: Readonly<Record<string, string>>
}

/** Starts the server and waits until it accepts connections. It stops with the scope, or when our process ends. */
export const launch = (options: Options): Effect.Effect<void, EmbeddedError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => watched(options),
      catch: (cause) => new EmbeddedError({ message: `${options.dataDir}: the server cannot be started`, cause })
    }),
    stop
  ).pipe(
    Effect.flatMap((server) => ready(options, server)),
    // The sessions of a server that was killed hold its shared memory for a moment longer; five seconds are plenty.
    Effect.tapError(() => Orphan.pause(200)),
    Effect.retry({ times: 25, while: (error) => error.message.includes("still in use") })
  )

/**
 * For sh: the server, and beside it somebody who shuts it down when standard input ends. The folder goes with the server,
 * except where that ended by itself and we had to send the somebody away (143): then it may hold its last words.
 */
const watch = `
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
( read -r _ <&3; kill -INT $server ) 2>/dev/null & watcher=$!
wait $server; status=$?
kill $watcher 2>/dev/null; wait $watcher
[ $? -eq 143 ] || rm -rf "$folder"
exit $status
`

/**
 * The server under a shell that lives a moment longer than we do: our end of its standard input closes when our
 * process ends, however that comes about.
 *
 * In a session of its own, so that Ctrl-C on a terminal reaches only us and the server hears our last statements.
 */
const watched = ({ binaries, runner, dataDir, folder, port, settings }: Options): ChildProcess => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  runner.own(folder)
  const all = {
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings,
    listen_addresses: port === undefined ? "" : "127.0.0.1",
    port: String(port ?? 5432),
    unix_socket_directories: folder,
    [Orphan.ownerSetting]: Orphan.identify(process.pid)
  }
  const [program, args] = runner.command(binaries.postgres, [
    ...["-D", dataDir],
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  ])
  const log = openSync(logOf(dataDir), "w", 0o600)
  runner.own(logOf(dataDir))
  try {
    const server = spawn("/bin/sh", ["-c", watch, "domainflow-postgres", folder, program, ...args], {
      ...runner.identity,
      cwd: "/",
      detached: true,
      stdio: ["pipe", log, log]
    })
    // Neither may end our process: a shell that cannot be had shows as a missing number, a closed pipe as an exit code.
    server.on("error", () => {})
    server.stdin?.on("error", () => {})
    // A program that has nothing else to do may end; the server follows it.
    server.unref()
    return server
  } finally {
    closeSync(log)
  }
}

/** What the server says; the last run's only. */
const logOf = (dataDir: string) => join(dataDir, "domainflow.log")

const ready = ({ dataDir }: Options, server: ChildProcess) =>
  Effect.gen(function* () {
    while (!accepts(dataDir)) {
      if (ended(server)) {
        const said = readFileSync(logOf(dataDir), "utf8").trim().split("\n").slice(-5).join("\n")
        return yield* new EmbeddedError({ message: `${dataDir}: the server did not start. Its last words:\n${said}` })
      }
      yield* Orphan.pause(10)
    }
  })

/** The last line of the lock file says so, once the server is past recovery. */
const accepts = (dataDir: string): boolean => {
  try {
    return readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready"
  } catch {
    return false
  }
}

const ended = ({ exitCode, pid, signalCode }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null

/** Fast shutdown: sessions end, everything committed is on disk. By force after 30 seconds. */
const stop = (server: ChildProcess): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (ended(server)) return resume(Effect.void)
    server.ref()
    server.once("exit", () => resume(Effect.void))
    server.stdin?.end()
  }).pipe(
    Effect.timeoutOrElse({
      duration: "30 seconds",
      orElse: () =>
        Effect.sync(() => {
          if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL")
        })
    })
  )
