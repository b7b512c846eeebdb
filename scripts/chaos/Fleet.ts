/** Worker processes by the hundred, some of them always warm: whoever is killed is replaced at once. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { openSync, rmSync } from "node:fs"
import { join } from "node:path"
import { build } from "tsup"

export interface Fleet {
  /** A worker on a database, at work already. `name` is what it is called there. */
  readonly hire: (url: string) => Promise<Hired>
  readonly stop: () => void
}

export interface Hired {
  readonly name: string
  readonly process: ChildProcess
  readonly log: string
}

/** Processes that have read their program and wait for a database: as many as a run begins with at most. */
const spares = 4

/** The worker's program in one file: they are born by the hundred, and reading it takes a third of the time. */
export const program = async (folder: string): Promise<string> => {
  await build({
    config: false,
    silent: true,
    entry: { worker: join(import.meta.dirname, "worker.ts") },
    outDir: join(folder, "program"),
    format: "esm",
    target: "node22",
    splitting: false,
    noExternal: [/.*/],
    esbuildOptions: (options) => {
      options.conditions = ["@domainflow/source"]
      // What is inside in the old format asks for Node's own modules in the old way.
      options.banner = {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url)'
      }
    }
  })
  return join(folder, "program", "worker.js")
}

export const make = (program: string, folder: string, prefix: string, ca: string): Fleet => {
  let serial = 0
  let isOpen = true
  const waiting: Array<Promise<Hired>> = []
  let last: Promise<unknown> = Promise.resolve()

  /** One after another: a dozen that start at once keep each other waiting. */
  const breed = () => {
    const next = last.then(() => born())
    last = next.catch(() => {})
    return next
  }
  const born = async (): Promise<Hired> => {
    const name = `${prefix}-${serial++}`
    const log = join(folder, `${name}.log`)
    const output = openSync(log, "w")
    const child = fork(program, [], {
      execArgv: [],
      env: {
        ...process.env,
        CHAOS_SERVER: name,
        CHAOS_CA: ca,
        // And compiled once.
        NODE_COMPILE_CACHE: join(folder, "compiled")
      },
      stdio: ["ignore", output, output, "ipc"]
    })
    await told(child, name)
    return { name, process: child, log }
  }
  while (waiting.length < spares) waiting.push(breed())

  return {
    hire: async (url) => {
      const hired = await (waiting.shift() ?? breed())
      if (isOpen) waiting.push(breed())
      hired.process.send(url)
      await told(hired.process, hired.name)
      return hired
    },
    stop: () => {
      isOpen = false
      for (const spare of waiting)
        spare.then(
          ({ log, process }) => {
            process.kill("SIGKILL")
            rmSync(log, { force: true })
          },
          () => {}
        )
    }
  }
}

/** The next word of a worker, which says that it has come one step further. */
const told = async (child: ChildProcess, name: string) => {
  const ending = new AbortController()
  const gone = once(child, "exit", ending).then(([code, signal]) => {
    throw new Error(`worker ${name} ended before it was at work: code ${code}, signal ${signal}`)
  })
  try {
    await Promise.race([once(child, "message", ending), gone])
  } finally {
    ending.abort()
    gone.catch(() => {})
  }
}
