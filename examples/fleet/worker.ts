/**
 * A worker as a process of its own. Start as many as you like, on as many machines as you like, with one DATABASE_URL.
 * SIGTERM drains it: what is in hand is finished or handed back, and it ends within 30 seconds.
 */
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import { Worker } from "@domainflow/engine/job/Worker"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Config, Effect, Fiber, Layer, Schedule } from "effect"

const worker = Worker.layer().pipe(
  Layer.provide(Layer.unwrap(Effect.map(Config.Redacted("DATABASE_URL"), (url) => Db.layerUrl(url)))),
  Layer.provide([Re2.layer, SecretBox.layerConfig])
)
// A database that is not there yet is waited for; one that goes away later is too, by the worker itself.
const running = Effect.runFork(Layer.launch(worker).pipe(Effect.retry(Schedule.spaced("1 second"))))

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    // Only where the line to the database is dead: what is then still held comes back when its lease ends.
    setTimeout(() => process.exit(1), 29_000).unref()
    Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit(0))
  })
}
