/**
 * A worker of the chaos: as `examples/fleet/worker.ts`, with the loopback internet in reach and terms that suit many deaths.
 * It waits until it is told its database, and says when it is there and when it is at work.
 */
import { once } from "node:events"
import { flushCompileCache } from "node:module"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import * as Lease from "../../packages/core/src/job/Lease.ts"
import { SecretBox } from "../../packages/core/src/SecretBox.ts"
import * as Db from "../../packages/db/src/Db.ts"
import { RunnerSettings } from "../../packages/engine/src/campaign/RunnerSettings.ts"
import * as Guard from "../../packages/engine/src/http/Guard.ts"
import { Worker } from "../../packages/engine/src/job/Worker.ts"
import * as Re2 from "../../packages/engine/src/keyword/Re2.ts"
import { terms } from "./terms.ts"

const server = process.env["CHAOS_SERVER"] ?? "chaos"
/** Nobody listens any more where the chaos has ended. */
const say = (word: string) => process.send?.(word, undefined, undefined, () => {})
const settings = Layer.succeed(RunnerSettings, {
  httpConcurrency: 16,
  http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [process.env["CHAOS_CA"] ?? ""] },
  resolvers: []
})
const worker = (url: string) =>
  Worker.layer({ server }).pipe(
    Layer.tap(() => Effect.sync(() => say("at work"))),
    Layer.provide(
      Db.layerUrl(Redacted.make(url), {
        migrate: false,
        applicationName: server,
        maxConnections: 6,
        connectTimeout: "2 seconds"
      })
    ),
    Layer.provide([Re2.layer, SecretBox.layerConfig, settings, Layer.succeed(Lease.Terms, terms)])
  )

process.once("disconnect", () => process.exit(0))
// Whoever is killed saves nothing.
flushCompileCache()
say("here")
// The parent sends nothing else.
const [url] = (await once(process, "message")) as [string]
const running = Effect.runFork(Layer.launch(worker(url)).pipe(Effect.retry(Schedule.spaced("500 millis"))))

process.once("SIGTERM", () => {
  Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit(0))
})
