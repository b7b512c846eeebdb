/**
 * A PostgreSQL server of one's own: real binaries, running for as long as a layer lives.
 *
 * For tests, examples and single machines; elsewhere `Pg.layer` is pointed at a server that somebody looks after.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import * as Binaries from "./Binaries.ts"
import * as DataDirectory from "./DataDirectory.ts"
import { EmbeddedError } from "./EmbeddedError.ts"
import * as Orphan from "./Orphan.ts"
import * as Postmaster from "./Postmaster.ts"
import * as Runner from "./Runner.ts"

export { EmbeddedError } from "./EmbeddedError.ts"

export interface Options {
  /** Where the data is kept and found again. Without one it goes with the server. */
  readonly dataDir?: string
  /** A TCP port on 127.0.0.1, 0 for any free one. Without it a Unix socket, which only this user and root can reach. */
  readonly port?: number
  /** Settings of `postgresql.conf`, such as `{ synchronous_commit: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A running server. */
export class Server extends Context.Service<
  Server,
  {
    /** Where it listens: its superuser, its database `postgres`. */
    readonly url: Redacted.Redacted
    readonly dataDir: string
    /** The major version of PostgreSQL. */
    readonly major: number
  }
>()("@domainflow/db/embedded/Server") {}

/**
 * Starts a server, and stops it with the scope.
 *
 * A data directory left behind by a killed process is taken over; one that a living process serves is an error. If our
 * own process is killed, the server shuts down by itself.
 */
export const layer = (options: Options = {}): Layer.Layer<Server, EmbeddedError> => Layer.effect(Server, start(options))

/** As `layer`, for a scope of one's own. */
export const start = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Server["Service"], EmbeddedError, Scope.Scope> {
  const binaries = yield* Binaries.find
  // A socket's path has room for about a hundred characters, which a data directory's may exceed.
  const folder = yield* Effect.acquireRelease(
    attempt(() => mkdtempSync(join(tmpdir(), Orphan.folderPrefix))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const dataDir = options.dataDir === undefined ? join(folder, "data") : resolve(options.dataDir)
  const runner = yield* attempt(() => {
    const runner = Runner.make(options.dataDir === undefined ? folder : dataDir, [folder, binaries.postgres])
    runner.own(folder)
    return runner
  })

  const password = yield* DataDirectory.initialise(dataDir, binaries, runner)
  yield* Orphan.clear(dataDir)
  const port = options.port === 0 ? yield* freePort : options.port
  yield* Postmaster.launch({ binaries, runner, dataDir, folder, port, settings: options.settings ?? {} })

  const place = port === undefined ? encodeURIComponent(folder) : `127.0.0.1:${port}`
  const who = port === undefined || password === undefined ? "postgres" : `postgres:${password}`
  return Server.of({ dataDir, major: binaries.major, url: Redacted.make(`postgres://${who}@${place}/postgres`) })
})

const attempt = <A>(evaluate: () => A) =>
  Effect.try({
    try: evaluate,
    catch: (cause) =>
      cause instanceof EmbeddedError ? cause : new EmbeddedError({ message: "the server has no place to run", cause })
  })

/** A port that was free a moment ago. */
const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})
