import { execFileSync } from "node:child_process"
import { existsSync, lchownSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { EmbeddedError } from "./EmbeddedError.ts"

/**
 * As whom the server runs: PostgreSQL refuses root, so root hands it to somebody else.
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
const nobody = { uid: 65_534, gid: 65_534 }

/**
 * The runner of a server whose data are in `dataDir`, and whose programs and other folders are `paths`. A data directory that
 * is a user's already stays that user's.
 *
 * Where root keeps them behind a folder that others cannot enter (`/root`, a `mktemp -d`), the server is let through by
 * a capability of its own rather than by opening the folder. Throws an `EmbeddedError` where it cannot be.
 */
export const make = (dataDir: string, paths: ReadonlyArray<string>): Runner => {
  if (process.getuid?.() !== 0) return plain
  const found = existsSync(dataDir) ? statSync(dataDir) : nobody
  const user = found.uid === 0 ? nobody : { uid: found.uid, gid: found.gid }
  const own = (path: string) => {
    const entry = lstatSync(path)
    if (entry.uid === user.uid) return
    lchownSync(path, user.uid, user.gid)
    if (entry.isDirectory()) for (const name of readdirSync(path)) own(join(path, name))
  }
  const closed = [dataDir, ...paths].map((path) => closedTo(user.uid, path)).find((folder) => folder !== undefined)
  if (closed === undefined) return { identity: user, command: (program, args) => [program, args], own }

  const letThrough = capabilities.map((capability) => setpriv(user, capability)).find(runs)
  if (letThrough === undefined) {
    throw new EmbeddedError({
      message: `PostgreSQL does not run as root, and other users cannot enter ${closed}: run as another user, chmod o+x ${closed}, or give a data directory and an installation outside it`
    })
  }
  return { identity: {}, command: (program, args) => ["setpriv", [...letThrough, program, ...args]], own }
}

/** Reading past permissions is the smaller power; containers often keep only the larger. */
const capabilities = ["dac_read_search", "dac_override"]

const setpriv = ({ uid, gid }: typeof nobody, capability: string): ReadonlyArray<string> => [
  `--reuid=${uid}`,
  `--regid=${gid}`,
  "--clear-groups",
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`
]

const runs = (flags: ReadonlyArray<string>): boolean => {
  try {
    execFileSync("setpriv", [...flags, "true"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** The first folder on the way to `path` that a user cannot enter. */
const closedTo = (user: number, path: string): string | undefined => {
  const folder = dirname(existsSync(path) ? realpathSync(path) : path)
  if (folder === path) return undefined
  const above = closedTo(user, folder)
  if (above !== undefined || !existsSync(folder)) return above
  const { mode, uid } = statSync(folder)
  return (mode & (uid === user ? 0o100 : 0o001)) === 0 ? folder : undefined
}
