import { execFileSync } from "node:child_process"
import { lchownSync as chownSync, existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { EmbeddedError } from "./EmbeddedError.ts"

/**
 * As whom the server runs: PostgreSQL refuses root, so root hands it to `nobody`.
 *
 * `command` is the program with its arguments as they are to be spawned, together with `identity`.
 */
export interface Runner {
  readonly identity: { readonly uid?: number; readonly gid?: number }
  readonly command: (program: string, args: ReadonlyArray<string>) => readonly [string, ReadonlyArray<string>]
  /** Gives a file, or a folder with what is in it, to the server. */
  readonly own: (path: string) => void
}

const plain: Runner = { identity: {}, command: (program, args) => [program, args], own: () => {} }

/** The traditional `nobody`: present, and powerless, on every system. */
const nobody = 65_534

/**
 * The runner for a server whose programs and folders are `paths`.
 *
 * Where root keeps them behind a folder that others cannot enter (`/root`, a `mktemp -d`), the server is let through by
 * a capability of its own rather than by opening the folder.
 */
export const make = (paths: ReadonlyArray<string>): Runner => {
  if (process.getuid?.() !== 0) return plain
  const own = (path: string) => {
    const found = lstatSync(path)
    if (found.uid === nobody) return
    chownSync(path, nobody, nobody)
    if (found.isDirectory()) for (const name of readdirSync(path)) own(join(path, name))
  }
  const closed = paths.map(closedAncestor).find((folder) => folder !== undefined)
  if (closed === undefined) {
    return { identity: { uid: nobody, gid: nobody }, command: (program, args) => [program, args], own }
  }
  const letThrough = capabilities.find(([, ...flags]) => runs(flags))
  if (letThrough === undefined) {
    throw new EmbeddedError({
      message: `PostgreSQL does not run as root, and other users cannot enter ${closed}: run as another user, chmod o+x ${closed}, or give a data directory and an installation outside it`
    })
  }
  const [, ...flags] = letThrough
  return { identity: {}, command: (program, args) => ["setpriv", [...flags, program, ...args]], own }
}

const setpriv = (capability: string) =>
  [
    capability,
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    "--clear-groups",
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`
  ] as const

/** Reading past permissions is the smaller power; containers often keep only the larger. */
const capabilities = [setpriv("dac_read_search"), setpriv("dac_override")]

const runs = (flags: ReadonlyArray<string>): boolean => {
  try {
    execFileSync("setpriv", [...flags, "true"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** The first folder on the way to `path` that `nobody` cannot enter. */
const closedAncestor = (path: string): string | undefined => {
  const real = existsSync(path) ? realpathSync(path) : path
  const folder = dirname(real)
  if (folder === real) return undefined
  const above = closedAncestor(folder)
  if (above !== undefined) return above
  if (!existsSync(folder)) return undefined
  const { mode, uid } = statSync(folder)
  return (uid === nobody ? mode & 0o100 : mode & 0o001) === 0 ? folder : undefined
}
