import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { accessSync, constants } from "node:fs"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"

/** Where a program of the distribution is; null where it is not installed, which the gate (CI) does not put up with. */
export const installed = (...names: ReadonlyArray<string>): string | null => {
  const found = names
    .flatMap((name) => ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].map((folder) => join(folder, name)))
    .find(isProgram)
  if (found === undefined && process.env["CI"] !== undefined) throw new Error(`install ${names.join(" or ")}`)
  return found ?? null
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a server with files of its own until the scope ends; it is ready when it listens on `port`. */
export const daemon = (options: {
  readonly program: string
  /** Names and contents, given the folder they are in. */
  readonly files: (folder: string) => Readonly<Record<string, string>>
  readonly args: (folder: string) => ReadonlyArray<string>
  readonly port: number
}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "domainflow-daemon-"))
      // Servers started as root drop to a user of their own, who has to get in.
      await chmod(folder, 0o777)
      for (const [name, content] of Object.entries(options.files(folder))) await writeFile(join(folder, name), content)
      let said = ""
      const child = spawn(options.program, options.args(folder), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk))
      const stop = () => ended(child).then(() => rm(folder, { recursive: true, force: true }))
      for (let turn = 0; !(await listens(options.port)); turn++) {
        if (child.exitCode !== null || turn === 300) {
          await stop()
          throw new Error(`${options.program} did not start:\n${said}`)
        }
        await sleep(50)
      }
      return { stop }
    }),
    ({ stop }) => Effect.promise(stop)
  )

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGTERM")
  await Promise.race([once(child, "exit"), sleep(3_000)])
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
}

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port }, () => done(true))
    socket.on("error", () => done(false))
    socket.on("connect", () => socket.destroy())
  })

/** A port of 127.0.0.1 that is free now. */
export const freePort = Effect.promise(async () => {
  const server = createServer().listen({ host: "127.0.0.1", port: 0 })
  await once(server, "listening")
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
})
