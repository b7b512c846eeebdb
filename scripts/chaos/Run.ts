/** One run of the pipeline, in a database of its own, on workers that are processes. */
import { rmSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"
import { type CampaignStatus, isFinal } from "../../packages/core/src/campaign/Campaign.ts"
import type { Chance } from "./Chance.ts"
import type { Fleet, Hired } from "./Fleet.ts"
import type { Pipeline } from "./Pipeline.ts"
import * as Server from "./Server.ts"
import * as tables from "./tables.ts"

export interface Options {
  readonly server: Server.Server
  readonly pipeline: Pipeline
  readonly fleet: Fleet
  /** The name of the database, which no other run has. It is dropped where nothing is wrong, and so are the workers' logs. */
  readonly database: string
}

export interface Disturbances {
  readonly chance: Chance
  readonly restarts: boolean
}

export const nothing = { kills: 0, restarts: 0, strays: 0, slowestReturn: 0, seconds: 0 }

/** What a run has left, and what went wrong in it by itself. */
export interface Outcome {
  readonly left: tables.Tables
  readonly wrong: ReadonlyArray<string>
  readonly counts: typeof nothing
}

/** The database from which that of each run is copied. */
export const template = "chaos_template"

/** A run that has not ended by then hangs, in milliseconds: twenty times what one takes, for machines that are busy. */
const patience = 300_000

/** Every worker is back so many milliseconds after the server. */
const longestReturn = 10_000

export const undisturbed = (options: Options): Promise<Outcome> =>
  run(options, async ({ add, isOver }) => {
    await add()
    await isOver
  })

export const disturbed = ({ chance, restarts, ...options }: Options & Disturbances): Promise<Outcome> =>
  run(options, async ({ add, alive, counts, ending, isOver, url, wrong }) => {
    await Promise.all(Array.from({ length: Math.ceil(chance.between(0, 4)) }, add))
    // Runs end when their campaigns do; whoever kills or restarts then stops at once.
    const pause = (low: number, high: number) =>
      sleep(chance.between(low, high), undefined, { signal: ending }).catch(() => {})

    const killing = async () => {
      for (let times = Math.ceil(chance.between(4, 6)); times > 0; times--) {
        await pause(300, 1_300)
        if (ending.aborted) return
        const one = chance.pick([...alive])
        // Now and then the whole fleet at once.
        const victims = chance.next() < 0.1 || one === undefined ? [...alive] : [one]
        for (const victim of victims) {
          alive.delete(victim)
          victim.process.kill("SIGKILL")
          counts.kills++
        }
        await Promise.all(victims.map(add))
      }
    }
    const restarting = async () => {
      while (restarts && !ending.aborted) {
        await pause(5_000, 10_000)
        if (ending.aborted) return
        const before = await connected(url)
        await options.server.restart()
        counts.restarts++
        const took = await back(url, alive, before)
        counts.slowestReturn = Math.max(counts.slowestReturn, took)
        if (took > longestReturn) wrong.push(`workers needed ${took} ms to come back after a restart`)
      }
    }
    await Promise.all([isOver, killing(), restarting()])
  })

interface Scene {
  readonly url: string
  /** The workers at work. */
  readonly alive: Set<Hired>
  readonly add: () => Promise<void>
  /** Ends with the campaigns. */
  readonly isOver: Promise<void>
  readonly ending: AbortSignal
  readonly counts: typeof nothing
  readonly wrong: Array<string>
}

const run = async (options: Options, play: (scene: Scene) => Promise<void>): Promise<Outcome> => {
  const { database, pipeline, server } = options
  await Server.on(server.url("postgres"), (sql) => sql`create database ${sql(database)} template ${sql(template)}`)
  const url = server.url(database)
  const ids = await pipeline.begin(url)
  const began = Date.now()
  const counts = { ...nothing }
  const wrong: Array<string> = []
  const alive = new Set<Hired>()
  const all: Array<Hired> = []
  const ending = new AbortController()

  const add = async () => {
    const worker = await options.fleet.hire(url)
    alive.add(worker)
    all.push(worker)
    worker.process.once("exit", (code, signal) => {
      if (!alive.delete(worker)) return
      counts.strays++
      wrong.push(`worker ${worker.name} ended by itself: code ${code}, signal ${signal}`)
    })
  }
  const over = async () => {
    while (Date.now() - began < patience) {
      await sleep(400)
      const rows = await Server.on(url, (sql) => sql<Row>`select status from campaigns`).catch(() => [])
      if (rows.length === ids.length && rows.every(({ status }) => isFinal(status))) return ending.abort()
    }
    wrong.push(`not over after ${patience / 1_000} s`)
    ending.abort()
  }

  await play({ url, alive, add, isOver: over(), ending: ending.signal, counts, wrong })
  for (const worker of alive) {
    alive.delete(worker)
    worker.process.kill("SIGKILL")
  }
  counts.seconds = (Date.now() - began) / 1_000
  const [left, broken, mistaken] = await Server.on(url, (sql) =>
    Effect.all([tables.read(sql), tables.broken(sql), pipeline.mistaken(sql)])
  )
  wrong.push(...broken, ...mistaken)
  if (wrong.length === 0) {
    await Server.on(server.url("postgres"), (sql) => sql`drop database ${sql(database)} with (force)`)
    for (const { log } of all) rmSync(log, { force: true })
  }
  return { left, wrong, counts }
}

interface Row {
  readonly status: CampaignStatus
}

/** Waits until every worker that had a connection, and still lives, has one again: so many milliseconds. */
const back = async (url: string, alive: ReadonlySet<Hired>, before: ReadonlyArray<string>) => {
  const began = Date.now()
  while (Date.now() - began < 2 * longestReturn) {
    const now = await connected(url)
    const missing = [...alive].filter(({ name }) => before.includes(name) && !now.includes(name))
    if (missing.length === 0) break
    await sleep(100)
  }
  return Date.now() - began
}

/** The names of the workers that have a connection; none while the server is away. */
const connected = (url: string): Promise<ReadonlyArray<string>> =>
  Server.on(url, (sql) => sql<{ name: string }>`select distinct application_name as name from pg_stat_activity`).then(
    (rows) => rows.map(({ name }) => name),
    () => []
  )
