/** A server, and worker processes that run a campaign on it from its first name to its last, watched. */
import { type ChildProcess, fork } from "node:child_process"
import { isFinal } from "@domainflow/core/campaign/Campaign"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import type { NewPipeline } from "@domainflow/core/campaign/CampaignParams"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import * as Migrations from "@domainflow/db/Migrations"
import * as Pg from "@domainflow/db/Pg"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Context, Effect, Exit, Layer, ManagedRuntime, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import type { Defer } from "../../../scripts/bench/Bench.ts"
import type { Told } from "./worker.ts"

/**
 * What a host that must stay small gives Node: without a limit V8 lets garbage pile up as far as the machine has memory, and
 * the figures would show the machine.
 */
const heap = ["--max-old-space-size=96", "--max-semi-space-size=4"]

/** How often the fleet is looked at, in milliseconds. */
const interval = 500

export interface Load {
  readonly workers: number
  readonly names: number
  /** Who answers; without one the names are only spelled. */
  readonly resolver?: string
  /** Whether a transaction stays open from before the first name to after the last. */
  readonly isHeld?: boolean
}

/** The fleet at one moment. */
export interface Point {
  readonly seconds: number
  /** Names spelled, or resolved where that is asked for. */
  readonly done: number
  /** Resident megabytes of the largest worker. */
  readonly mb: number
}

export interface Found {
  readonly seconds: number
  readonly curve: ReadonlyArray<Point>
  /** Microseconds of the workers' processor time a name. */
  readonly cpu: number
  /** Milliseconds that claims took which found a job, the first claim first. */
  readonly claims: ReadonlyArray<number>
  /** Rows of `campaign_jobs` that were inserted, updated or deleted, for each thousand names of each campaign. */
  readonly jobWrites: number
}

/** A server for all that is measured. */
export const make = async (defer: Defer) => {
  const scope = Scope.makeUnsafe()
  defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  // Room for what is written: nobody pays for a checkpoint that another one caused.
  const settings = { max_wal_size: "8GB", checkpoint_timeout: "1h", max_connections: "200" }
  const server = Redacted.value(
    (await Effect.runPromise(Embedded.start({ port: 0, settings }).pipe(Scope.provide(scope)))).url
  )
  await on(server, (sql) => sql`create database migrated`)
  await Effect.runPromise(
    Migrations.run.pipe(Effect.provide(Pg.layer(Redacted.make(at(server, "migrated")))), Effect.scoped)
  )
  let serial = 0

  return async (load: Load): Promise<Found> => {
    const database = `run_${serial++}`
    await on(server, (sql) => sql`create database ${sql(database)} template migrated`)
    const url = at(server, database)
    const runtime = ManagedRuntime.make(ports(url))
    const held = load.isHeld === true ? await hold(url) : undefined
    try {
      return await run(load, url, runtime)
    } finally {
      await held?.()
      await runtime.dispose()
      await on(server, (sql) => sql`drop database ${sql(database)} with (force)`)
    }
  }
}

/** Every port on a database that is migrated. */
const ports = (url: string) =>
  Db.layerUrl(Redacted.make(url), { migrate: false, maxConnections: 4 }).pipe(
    Layer.provideMerge(Layer.merge(Re2.layer, SecretBox.layerConfig))
  )
type Ports = ReturnType<typeof ports>
type Runtime = ManagedRuntime.ManagedRuntime<Layer.Success<Ports>, Layer.Error<Ports>>

const run = async ({ names, resolver, workers }: Load, url: string, runtime: Runtime): Promise<Found> => {
  const ids = await runtime.runPromise(create(names, resolver))
  const env = { ...process.env, DATABASE_URL: url }
  const fleet = Array.from({ length: workers }, () =>
    fork(new URL("./worker.ts", import.meta.url), { env, execArgv: ["--conditions=@domainflow/source", ...heap] })
  )
  try {
    await Promise.all(fleet.map(ask))
    const before = await Promise.all(fleet.map(ask))
    await runtime.runPromise(Start.start(ids[0]!))
    const begun = performance.now()
    const curve: Array<Point> = []
    const claims: Array<number> = []
    let seconds = 0
    let isOver = false
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, interval))
      const campaigns = await runtime.runPromise(Effect.forEach(ids, (id) => Campaigns.use((port) => port.get(id))))
      const told = await Promise.all(fleet.map(ask))
      seconds = (performance.now() - begun) / 1_000
      for (const worker of told) claims.push(...worker.claims)
      const { processedItems, status } = campaigns.at(-1)!
      curve.push({ seconds, done: Number(processedItems), mb: Math.max(...told.map(({ rss }) => rss)) / 2 ** 20 })
      const failed = campaigns.find((campaign) => campaign.status === "failed")
      if (failed !== undefined) throw new Error(`a campaign failed: ${failed.errorMessage}`)
      isOver = isFinal(status)
    }
    const after = await Promise.all(fleet.map(ask))
    return {
      seconds,
      curve,
      cpu: after.reduce((sum, { cpu }, i) => sum + cpu - before[i]!.cpu, 0) / names,
      claims,
      jobWrites: ((await jobWrites(runtime)) / (names * ids.length)) * 1_000
    }
  } finally {
    for (const worker of fleet) worker.kill("SIGKILL")
  }
}

/** A campaign that spells so many names, and one that resolves them behind it where there is somebody to ask. */
const create = Effect.fnUntraced(function* (names: number, resolver: string | undefined) {
  const campaigns = yield* Campaigns
  const generation = { ...pattern, numDomainsToGenerate: names }
  const pipeline: typeof NewPipeline.Encoded = { name: "bench", generation }
  if (resolver === undefined) return (yield* campaigns.createPipeline(pipeline)).map(({ id }) => id)
  const configDetails = { resolvers: [resolver], queryTimeoutSeconds: 2, maxConcurrentGoroutines: 1_000 }
  const persona = yield* Personas.use((all) => all.create({ name: "bench", personaType: "dns", configDetails }))
  const dns = { personaIds: [persona.id] as const, batchSize: 2_000, retryAttempts: 2 }
  return (yield* campaigns.createPipeline({ ...pipeline, dns })).map(({ id }): CampaignId => id)
})

/** 11,881,376 names. */
export const pattern = {
  patternType: "prefix",
  characterSet: "letters",
  variableLength: 5,
  constantString: "shop",
  tld: "bench.test"
} as const

const ask = (worker: ChildProcess): Promise<Told> =>
  new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`a worker ended with ${code}`))
    worker.once("exit", gone)
    // What it sends is what it declares.
    worker.once("message", (told) => {
      worker.off("exit", gone)
      resolve(told as Told)
    })
    worker.send("how much?")
  })

/** Statistics come from sessions that have been idle for a moment. */
const jobWrites = async (runtime: Runtime) => {
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const [row] = await runtime.runPromise(
    SqlClient.SqlClient.use(
      (sql) => sql<{ writes: bigint }>`
        select n_tup_ins + n_tup_upd + n_tup_del as writes from pg_stat_user_tables where relname = 'campaign_jobs'
      `
    )
  )
  return Number(row?.writes)
}

/** Opens a transaction that sees the database as it is now, and keeps it so until it is let go. */
const hold = async (url: string) => {
  const scope = Scope.makeUnsafe()
  await Effect.runPromise(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const connection = yield* sql.reserve
      yield* connection.executeUnprepared("begin isolation level repeatable read", [], undefined)
      yield* connection.executeUnprepared("select count(*) from campaigns", [], undefined)
    }).pipe(
      Effect.provideServiceEffect(
        SqlClient.SqlClient,
        Effect.map(Layer.build(Pg.layer(Redacted.make(url))), (built) => Context.get(built, SqlClient.SqlClient))
      ),
      Scope.provide(scope)
    )
  )
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}

const on = <A, E>(url: string, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(
    SqlClient.SqlClient.use(use).pipe(
      Effect.provide(Pg.layer(Redacted.make(url), { maxConnections: 1 })),
      Effect.scoped
    )
  )

const at = (server: string, database: string) => {
  const parts = new URL(server)
  parts.pathname = `/${database}`
  return parts.href
}
