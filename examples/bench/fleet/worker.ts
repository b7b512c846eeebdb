/** A worker whose memory, processor time and claims are measured: tells them when asked, and ends with who started it. */
import { Jobs } from "@domainflow/core/job/Jobs"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import { Worker } from "@domainflow/engine/job/Worker"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Config, Effect, Layer } from "effect"

export interface Told {
  readonly rss: number
  /** Microseconds of processor time since its start. */
  readonly cpu: number
  /** Milliseconds of each claim that found a job, since it was asked last. */
  readonly claims: ReadonlyArray<number>
}

let claims: Array<number> = []

/** Claims as before, with a watch beside them. */
const timed = Layer.effect(
  Jobs,
  Effect.map(Jobs, (jobs) =>
    Jobs.of({
      ...jobs,
      claim: (request) =>
        Effect.suspend(() => {
          const begun = performance.now()
          return Effect.tap(jobs.claim(request), (claimed) =>
            Effect.sync(() => claimed.length > 0 && claims.push(performance.now() - begun))
          )
        })
    })
  )
)

const store = Layer.unwrap(
  Effect.map(Config.Redacted("DATABASE_URL"), (url) => Db.layerUrl(url, { migrate: false, applicationName: "worker" }))
)
const worker = Worker.layer().pipe(
  Layer.provide(timed),
  Layer.provide(store),
  Layer.provide([Re2.layer, SecretBox.layerConfig])
)
Effect.runFork(Layer.launch(worker))

process.on("message", () => {
  const { system, user } = process.cpuUsage()
  process.send?.({ rss: process.memoryUsage.rss(), cpu: user + system, claims } satisfies Told)
  claims = []
})
process.on("disconnect", () => process.exit())
