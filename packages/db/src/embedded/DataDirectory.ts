import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { promisify } from "node:util"
import { Effect } from "effect"
import type { Binaries } from "./Binaries.ts"
import { EmbeddedError } from "./EmbeddedError.ts"
import * as Orphan from "./Orphan.ts"
import type { Runner } from "./Runner.ts"

/**
 * Makes sure that `dataDir` holds a cluster these binaries can serve, and gives the password of its superuser.
 *
 * A new one is made beside its place and then renamed: one that was interrupted is never taken for a whole one.
 */
export const initialise = (dataDir: string, binaries: Binaries, runner: Runner) =>
  Effect.gen(function* () {
    const owner = existsSync(dataDir) ? statSync(dataDir).uid : undefined
    const user = process.getuid?.()
    if (owner !== undefined && user !== 0 && owner !== user) {
      return yield* new EmbeddedError({
        message: `${dataDir} belongs to user ${owner}, and this is user ${user}: run as that user, or use another data directory`
      })
    }
    if (!exists(dataDir)) {
      if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
        return yield* new EmbeddedError({ message: `${dataDir} is neither empty nor a PostgreSQL data directory` })
      }
      yield* Effect.tryPromise({
        try: (signal) => make(dataDir, binaries, runner, signal),
        catch: (cause) =>
          cause instanceof EmbeddedError ? cause : new EmbeddedError({ message: `${dataDir}: initdb failed`, cause })
      })
    }
    const version = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim()
    if (version !== String(binaries.major)) {
      return yield* new EmbeddedError({
        message: `${dataDir} was made by PostgreSQL ${version}, and ${binaries.postgres} is ${binaries.major}: use that version, or another data directory`
      })
    }
    runner.own(dataDir)
    const password = join(dataDir, passwordFile)
    return existsSync(password) ? readFileSync(password, "utf8") : undefined
  })

/** The superuser's password for TCP. Inside the data directory, which only the server's user can enter. */
const passwordFile = "domainflow.password"

const exists = (dataDir: string) => existsSync(join(dataDir, "PG_VERSION"))

const make = async (dataDir: string, binaries: Binaries, runner: Runner, signal: AbortSignal) => {
  mkdirSync(dirname(dataDir), { recursive: true })
  sweep(dataDir)
  const making = `${dataDir}.${Orphan.identify(process.pid)}.initdb`
  const password = `${making}.password`
  try {
    mkdirSync(making, { mode: 0o700 })
    writeFileSync(password, randomBytes(24).toString("hex"), { mode: 0o600 })
    runner.own(making)
    runner.own(password)
    const [program, args] = runner.command(binaries.initdb, [
      ...["-D", making, "--username=postgres", "--encoding=UTF8", "--locale=C"],
      ...["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${password}`],
      // The system writes it down within the minute; waiting for that takes longer than all the rest.
      "--no-sync"
    ])
    await promisify(execFile)(program, [...args], { ...runner.identity, signal })
    renameSync(password, join(making, passwordFile))
    renameSync(making, dataDir)
  } catch (cause) {
    // Another process may have made the same directory meanwhile, which serves as well.
    if (!exists(dataDir)) throw cause
  } finally {
    rmSync(making, { recursive: true, force: true })
    rmSync(password, { force: true })
  }
}

/** Removes what processes that were killed while making `dataDir` have left beside it. */
const sweep = (dataDir: string) => {
  for (const name of readdirSync(dirname(dataDir))) {
    const maker = name.startsWith(`${basename(dataDir)}.`)
      ? /^\.(\d+)(\.\d*)\.initdb/.exec(name.slice(basename(dataDir).length))
      : null
    if (maker !== null && Orphan.identify(Number(maker[1])) !== `${maker[1]}${maker[2]}`) {
      rmSync(join(dirname(dataDir), name), { recursive: true, force: true })
    }
  }
}
