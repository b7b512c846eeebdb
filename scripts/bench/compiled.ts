import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { rmSync } from "node:fs"
import { findPackageJSON } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { build } from "tsup"
import type { Defer } from "./Bench.ts"

const root = resolve(import.meta.dirname, "../..")

/**
 * A program as users run theirs: JavaScript, on the packages as they are published, which are built afresh. Where Node strips the
 * types of sources itself, its compiler takes some 30 MB of the process.
 */
export const compiled = async (program: URL, defer: Defer): Promise<string> => {
  await promisify(execFile)("pnpm", ["build"], { cwd: root, maxBuffer: 64 * 1_024 * 1_024 })
  // Out of everybody's way, and where the packages are found that the program imports.
  const folder = join(dirname(findPackageJSON(program)!), "node_modules", `.bench-${randomUUID()}`)
  defer(() => rmSync(folder, { recursive: true, force: true }))
  await build({
    config: false,
    silent: true,
    entry: { program: fileURLToPath(program) },
    outDir: folder,
    format: "esm",
    target: "node22",
    splitting: false,
    skipNodeModulesBundle: true
  })
  return join(folder, "program.js")
}
