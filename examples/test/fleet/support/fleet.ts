/** Workers of one process on one PostgreSQL, each with a client, a clock and a line of its own; and some of their own process. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Campaign, isFinal } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import * as Lease from "@domainflow/core/job/Lease"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import * as Store from "@domainflow/db/Store"
import { Worker } from "@domainflow/engine/job/Worker"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Internet } from "@domainflow/internet/Internet"
import { Clock, Context, Duration, Effect, Layer, Redacted } from "effect"

/** A tenth of the promised times: what takes 45 seconds is seen in 4.5. */
export const terms: Lease.Terms = { ...Effect.runSync(Lease.Terms), lease: 3_000, heartbeat: 1_000, firstBackoff: 100 }

export interface WorkerSettings extends Pick<Db.Options, "prepare" | "maxConnections"> {
  readonly server: string
  readonly terms?: Partial<Lease.Terms>
  /** How far this worker's clock is ahead of everybody else's at the moment, in milliseconds. */
  readonly ahead?: () => number
  /** As `Store.Limit`, in milliseconds. */
  readonly limit?: number
}

/** A worker at work on the database at `url`, until the scope ends. */
export const worker = (
  url: Redacted.Redacted,
  { ahead = () => 0, limit = 2_000, server, terms: some, ...options }: WorkerSettings
) =>
  Effect.gen(function* () {
    const right = yield* Clock.Clock
    const wall = () => right.currentTimeMillisUnsafe() + ahead()
    const clock: Clock.Clock = {
      currentTimeMillis: Effect.sync(wall),
      currentTimeMillisUnsafe: wall,
      currentTimeNanos: Effect.sync(() => BigInt(wall()) * 1_000_000n),
      currentTimeNanosUnsafe: () => BigInt(wall()) * 1_000_000n,
      // What measures how long something takes is no clock that somebody sets.
      monotonicTimeNanos: right.monotonicTimeNanos,
      monotonicTimeNanosUnsafe: () => right.monotonicTimeNanosUnsafe(),
      sleep: (duration) => right.sleep(duration)
    }
    const built = yield* Layer.build(
      Layer.fresh(
        Worker.layer({ server }).pipe(
          Layer.provide(stores(url, { ...options, applicationName: server })),
          Layer.provide([
            Layer.succeed(Lease.Terms, { ...terms, ...some }),
            Layer.succeed(Store.Limit, Duration.millis(limit)),
            Layer.succeed(Clock.Clock, clock)
          ])
        )
      )
    )
    return Context.get(built, Worker)
  })

/** A worker as its user starts it: a process of its own, with the terms as they are promised. Killed when the scope ends. */
export const launched = (url: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(program, [], { env: { ...process.env, DATABASE_URL: Redacted.value(url) }, stdio: "ignore" })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const program = fileURLToPath(new URL("../../../fleet/worker.ts", import.meta.url))

/** A server of one's own, every port on it, and an internet. */
export const layer = (settings: Record<string, string> = {}) =>
  Layer.unwrap(Effect.map(Embedded.Server, ({ url }) => stores(url, { migrate: true }))).pipe(
    Layer.provideMerge(Embedded.layer({ port: 0, settings: { fsync: "off", ...settings } })),
    Layer.provideMerge(Internet.layerSpawned({ block: 170, ipv6: false }))
  )

const stores = (url: Redacted.Redacted, options: Db.Options) =>
  Db.layerUrl(url, { migrate: false, connectTimeout: "1 second", ...options }).pipe(
    Layer.provide(SecretBox.layerConfig),
    Layer.provideMerge(Re2.layer)
  )

export interface Shape {
  readonly batchSize?: number
  /** Names a minute. */
  readonly pace?: number
  /** Questions a second, by each worker. */
  readonly rate?: number
}

/** A pipeline that has begun to spell `names` names and to resolve them. */
export const resolving = Effect.fnUntraced(function* (name: string, names: number, shape: Shape = {}) {
  const { resolver } = yield* Internet
  const { batchSize = 50, pace = 0, rate } = shape
  const limit = rate === undefined ? {} : { rateLimitDps: rate, rateLimitBurst: 1 }
  const configDetails = { resolvers: [resolver], queryTimeoutSeconds: 1, ...limit }
  const persona = yield* Personas.use((all) => all.create({ name, personaType: "dns", configDetails }))
  const generation = {
    patternType: "prefix",
    characterSet: "letters",
    variableLength: 4,
    constantString: name,
    tld: "com",
    numDomainsToGenerate: names
  }
  const dns = { personaIds: [persona.id] as const, batchSize, retryAttempts: 0, processingSpeedPerMinute: pace }
  const [spelling, resolution] = yield* Campaigns.use((port) => port.createPipeline({ name, generation, dns }))
  yield* Start.start(spelling!.id)
  return resolution!.id
})

/** Waits until the campaign is as it should be. */
export const until = (id: CampaignId, is: (campaign: Campaign) => boolean) => {
  const get = Campaigns.use((port) => port.get(id))
  return get.pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: is }),
    Effect.timeoutOrElse({
      duration: "90 seconds",
      orElse: () => Effect.flatMap(get, (now) => Effect.die(new Error(`still ${now.status}: ${now.processedItems}`)))
    })
  )
}

export const ended = (id: CampaignId) => until(id, ({ status }) => isFinal(status))
