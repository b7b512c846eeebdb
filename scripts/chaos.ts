/**
 * `pnpm chaos [--runs N] [--minutes N] [--names N] [--seed N]` runs pipelines on one to four worker processes that are killed
 * at random, every second run on a PostgreSQL that is restarted every 5 to 10 s without farewell, and compares what each has
 * left with a run that nobody disturbed. Exit code 1 where anything differs, or a worker ended by itself.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Effect, Redacted } from "effect"
import { spawn as spawnInternet } from "../internet/src/Internet.ts"
import * as Migrations from "../packages/db/src/Migrations.ts"
import * as Pg from "../packages/db/src/Pg.ts"
import * as Chance from "./chaos/Chance.ts"
import * as Fleet from "./chaos/Fleet.ts"
import * as Pipeline from "./chaos/Pipeline.ts"
import * as Run from "./chaos/Run.ts"
import * as Server from "./chaos/Server.ts"
import * as tables from "./chaos/tables.ts"

const { values: options } = parseArgs({
  options: {
    runs: { type: "string" },
    minutes: { type: "string" },
    names: { type: "string", default: "240" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` }
  }
})
const mostRuns = Number(options.runs ?? Infinity)
const minutes = Number(options.minutes ?? (options.runs === undefined ? 3 : Infinity))
const until = Date.now() + minutes * 60_000

const folder = mkdtempSync(join(tmpdir(), "domainflow-chaos-"))
const [internet, program] = await Promise.all([spawnInternet({ ipv6: false }), Fleet.program(folder)])
const counts = { ...Run.nothing, runs: 0, rows: 0 }
const differences: Array<string> = []
const found = (run: string, some: ReadonlyArray<string>) => {
  for (const difference of some) console.error(`${run}: ${difference}`)
  differences.push(...some.map((difference) => `${run}: ${difference}`))
}

/** A server with a migrated database that every run begins with a copy of, and workers for it. */
const lane = async (name: string): Promise<Lane> => {
  const server = await Server.make(join(folder, name))
  await Server.on(server.url("postgres"), (sql) => sql`create database ${sql(Run.template)}`)
  await Effect.runPromise(
    Migrations.run.pipe(Effect.provide(Pg.layer(Redacted.make(server.url(Run.template)))), Effect.scoped)
  )
  return { server, fleet: Fleet.make(program, folder, name, internet.ca) }
}
interface Lane {
  readonly server: Server.Server
  readonly fleet: Fleet.Fleet
}

/** Run after run on one server: the even ones on one that stays, the odd ones on one that is restarted. */
const runs = async (lane: Lane, first: 0 | 1, pipeline: Pipeline.Pipeline, expected: tables.Tables) => {
  for (let index = first; index < mostRuns && (Date.now() < until || counts.runs === 0); index += 2) {
    const name = `run ${index}`
    const chance = Chance.make(Number(options.seed) + index)
    const database = `chaos_${index}`
    const run = await Run.disturbed({ ...lane, pipeline, chance, database, restarts: first === 1 })
    const { differences: mine, rows } = tables.compare(run.left, expected)
    found(name, [...run.wrong, ...mine])
    counts.runs++
    counts.rows += rows
    counts.kills += run.counts.kills
    counts.restarts += run.counts.restarts
    counts.strays += run.counts.strays
    counts.slowestReturn = Math.max(counts.slowestReturn, run.counts.slowestReturn)
    const { kills, restarts, seconds } = run.counts
    console.log(`${name}: ${seconds.toFixed(1)} s, ${kills} kills, ${restarts} restarts; ${inAll()}`)
  }
}

const inAll = () =>
  [
    `${counts.runs} runs`,
    `${counts.kills} kills`,
    `${counts.restarts} restarts`,
    `${counts.rows} rows checked`,
    `${differences.length} differences`,
    `slowest return ${(counts.slowestReturn / 1_000).toFixed(1)} s`,
    `${counts.strays} strays`
  ].join(", ")

const lanes = await Promise.all([lane("steady"), lane("restarted")])
try {
  const pipeline = Pipeline.make(internet, Number(options.names))
  console.log(`seed ${options.seed}: ${options.names} names a run, ${pipeline.described}`)
  const reference = await Run.undisturbed({ ...lanes[0], pipeline, database: "chaos_reference" })
  found("the run that nobody disturbed", reference.wrong)
  await Promise.all(lanes.map((lane, index) => runs(lane, index === 0 ? 0 : 1, pipeline, reference.left)))
} catch (error) {
  found("chaos itself", [String(error)])
} finally {
  for (const { fleet } of lanes) fleet.stop()
  await Promise.all([...lanes.map(({ server }) => server.stop()), internet.stop()])
  // What differs is kept for whoever looks for the reason: the logs of the workers, and the databases.
  if (differences.length === 0) rmSync(folder, { recursive: true, force: true })
  else console.error(`what was left is in ${folder}`)
}
console.log(`in all: ${inAll()}`)
process.exit(differences.length > 0 ? 1 : 0)
