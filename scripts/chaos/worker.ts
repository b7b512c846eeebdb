/** A worker of the chaos: as `examples/fleet/worker.ts`, with the loopback internet in reach and terms that suit many deaths. */
import { Config, Effect, Fiber, Layer, Schedule } from "effect"
import * as Lease from "../../packages/core/src/job/Lease.ts"
import { SecretBox } from "../../packages/core/src/SecretBox.ts"
import * as Db from "../../packages/db/src/Db.ts"
import { RunnerSettings } from "../../packages/engine/src/campaign/RunnerSettings.ts"
import * as Guard from "../../packages/engine/src/http/Guard.ts"
import { Worker } from "../../packages/engine/src/job/Worker.ts"
import * as Re2 from "../../packages/engine/src/keyword/Re2.ts"
import { terms } from "./terms.ts"

const server = process.env["CHAOS_SERVER"] ?? "chaos"
const settings = Layer.succeed(RunnerSettings, {
  httpConcurrency: 16,
  http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [process.env["CHAOS_CA"] ?? ""] },
  resolvers: []
})
const store = Layer.unwrap(
  Effect.map(Config.Redacted("DATABASE_URL"), (url) =>
    Db.layerUrl(url, { migrate: false, applicationName: server, maxConnections: 6, connectTimeout: "2 seconds" })
  )
)
const worker = Worker.layer({ server }).pipe(
  Layer.provide(store),
  Layer.provide([Re2.layer, SecretBox.layerConfig, settings, Layer.succeed(Lease.Terms, terms)])
)
const running = Effect.runFork(Layer.launch(worker).pipe(Effect.retry(Schedule.spaced("500 millis"))))

process.once("disconnect", () => process.exit(0))
process.once("SIGTERM", () => {
  Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit(0))
})
