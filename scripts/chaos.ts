/**
 * `pnpm chaos [--minutes N] [--names N] [--seed N]` runs pipelines on one to four worker processes that are killed at random,
 * every second one on a PostgreSQL that is restarted every 5 to 10 s without farewell, and compares what each has left with
 * a run that nobody disturbed. Exit code 1 where anything differs, or a worker ended by itself.
 */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { Effect, Layer, Redacted } from "effect"
import { spawn as spawnInternet } from "../internet/src/Internet.ts"
import { isFinal } from "../packages/core/src/campaign/Campaign.ts"
import { Campaigns } from "../packages/core/src/campaign/Campaigns.ts"
import * as Start from "../packages/core/src/campaign/Start.ts"
import { KeywordSets } from "../packages/core/src/keyword/KeywordSets.ts"
import { Personas } from "../packages/core/src/persona/Personas.ts"
import { SecretBox } from "../packages/core/src/SecretBox.ts"
import * as Db from "../packages/db/src/Db.ts"
import * as Migrations from "../packages/db/src/Migrations.ts"
import * as Pg from "../packages/db/src/Pg.ts"
import * as Re2 from "../packages/engine/src/keyword/Re2.ts"
import * as Server from "./chaos/Server.ts"
import * as tables from "./chaos/tables.ts"

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    names: { type: "string", default: "600" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` }
  }
})
const names = Number(options.names)
const until = Date.now() + Number(options.minutes) * 60_000

/** Mulberry32: chance that a seed repeats. */
let state = Number(options.seed)
const chance = () => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}
const between = (low: number, high: number) => low + chance() * (high - low)

const folder = mkdtempSync(join(tmpdir(), "domainflow-chaos-"))
const internet = await spawnInternet({ ipv6: false })
const server = await Server.make(join(folder, "data"))
const counts = { runs: 0, kills: 0, restarts: 0, rows: 0, slowest: 0, strays: 0 }
const differences: Array<string> = []

const inDatabase = <A, E>(url: string, effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>) =>
  Effect.runPromise(effect.pipe(Effect.provide(services(url)), Effect.scoped))
const services = (url: string) =>
  Db.layerUrl(Redacted.make(url), { migrate: false, maxConnections: 2 }).pipe(
    Layer.provide(SecretBox.layerConfig),
    Layer.provideMerge(Re2.layer)
  )

/** The same pipeline every time; its last campaign's id. */
const begin = Effect.gen(function* () {
  const personas = yield* Personas
  const dns = { resolvers: [internet.resolver], queryTimeoutSeconds: 2, rateLimitDps: names / 4, rateLimitBurst: 1 }
  const resolver = yield* personas.create({ name: "chaos", personaType: "dns", configDetails: dns })
  const browser = yield* personas.create({
    name: "chaos",
    personaType: "http",
    // A fetch must fit between two restarts, or it never ends.
    configDetails: { requestTimeoutSeconds: 3 }
  })
  const set = yield* KeywordSets.use((sets) =>
    sets.create({ name: "chaos", rules: [{ pattern: "for sale", ruleType: "string" }] })
  )
  const campaigns = yield* Campaigns.use((port) =>
    port.createPipeline({
      name: "chaos",
      generation: {
        patternType: "prefix",
        characterSet: "letters",
        variableLength: 4,
        constantString: "chaos",
        tld: "com",
        numDomainsToGenerate: names
      },
      dns: { personaIds: [resolver.id], batchSize: 20, retryAttempts: 1 },
      http: {
        personaIds: [browser.id],
        keywordSetIds: [set.id],
        batchSize: 10,
        retryAttempts: 0,
        targetHttpPorts: [internet.ports.https, internet.ports.http]
      }
    })
  )
  yield* Start.start(campaigns[0]!.id)
  return campaigns.map(({ id }) => id)
})

const start = (url: string, name: string, alive: Map<ChildProcess, string>) => {
  const worker = fork(new URL("./chaos/worker.ts", import.meta.url), [], {
    env: { ...process.env, DATABASE_URL: url, CHAOS_SERVER: name, CHAOS_CA: internet.ca },
    stdio: ["ignore", "ignore", process.env["CHAOS_LOG"] === undefined ? "ignore" : "inherit", "ipc"]
  })
  alive.set(worker, name)
  worker.once("exit", (code, signal) => {
    if (!alive.delete(worker)) return
    counts.strays++
    differences.push(`worker ${name} ended by itself: code ${code}, signal ${signal}`)
  })
  return worker
}

const run = async (database: string, kills: number, restarts: boolean) => {
  await Server.on(server.url("postgres"), (sql) => sql`create database ${sql(database)} template chaos`)
  const url = server.url(database)
  const ids = await inDatabase(url, begin)
  const alive = new Map<ChildProcess, string>()
  const workers = kills === 0 ? 1 : 1 + Math.floor(chance() * 4)
  let serial = 0
  const add = () => start(url, `${database}-${serial++}`, alive)
  for (let i = 0; i < workers; i++) add()

  let isOver = false
  const killing = (async () => {
    for (let i = 0; i < kills && !isOver; i++) {
      await sleep(between(300, 2_500))
      const victim = [...alive.keys()][Math.floor(chance() * alive.size)]
      if (victim === undefined || isOver) continue
      alive.delete(victim)
      victim.kill("SIGKILL")
      counts.kills++
      add()
    }
  })()
  const restarting = (async () => {
    while (restarts && !isOver) {
      await sleep(between(5_000, 10_000))
      if (isOver) return
      const before = await connected(url)
      await server.restart()
      counts.restarts++
      await back(url, alive, before)
    }
  })()

  const deadline = Date.now() + 180_000
  while (Date.now() < deadline) {
    await sleep(250)
    const rows = await Server.on(url, (sql) => sql<{ status: string }>`select status from campaigns`).catch(() => [])
    if (rows.length === ids.length && rows.every(({ status }) => isFinal(status as Parameters<typeof isFinal>[0])))
      break
  }
  isOver = true
  await Promise.all([killing, restarting])
  for (const worker of alive.keys()) {
    alive.delete(worker)
    worker.kill("SIGKILL")
  }
  const left = await Server.on(url, (sql) => Effect.all([tables.read(sql), tables.broken(sql)]))
  await Server.on(server.url("postgres"), (sql) => sql`drop database ${sql(database)} with (force)`)
  return left
}

/** Waits until every worker that had a connection, and still lives, has one again, and notes how long it took. */
const back = async (url: string, alive: ReadonlyMap<ChildProcess, string>, before: ReadonlyArray<string>) => {
  const began = Date.now()
  while (Date.now() - began < 20_000) {
    const now = await connected(url)
    const missing = [...alive.values()].filter((name) => before.includes(name) && !now.includes(name))
    if (missing.length === 0) break
    await sleep(200)
  }
  counts.slowest = Math.max(counts.slowest, Date.now() - began)
}

/** The names of the workers that have a connection; none while the server is away. */
const connected = (url: string): Promise<ReadonlyArray<string>> =>
  Server.on(url, (sql) => sql<{ name: string }>`select distinct application_name as name from pg_stat_activity`).then(
    (rows) => rows.map(({ name }) => name),
    () => []
  )

const compare = (
  name: string,
  left: Record<string, ReadonlyArray<string>>,
  expected: Record<string, ReadonlyArray<string>>
) => {
  for (const [table, rows] of Object.entries(expected)) {
    const found = left[table] ?? []
    counts.rows += found.length
    const missing = rows.filter((row) => !found.includes(row))
    const extra = found.filter((row) => !rows.includes(row))
    if (found.length === rows.length && missing.length + extra.length === 0) continue
    differences.push(
      `${name} ${table}: ${found.length} rows instead of ${rows.length}; missing ${missing.slice(0, 3).join(" ")}; extra ${extra.slice(0, 3).join(" ")}`
    )
  }
}

try {
  console.log(`seed ${options.seed}: ${names} names a run, until ${new Date(until).toLocaleTimeString()}`)
  await Server.on(server.url("postgres"), (sql) => sql`create database chaos`)
  await Effect.runPromise(
    Migrations.run.pipe(Effect.provide(Pg.layer(Redacted.make(server.url("chaos")))), Effect.scoped)
  )
  const [expected, wrong] = await run("chaos_reference", 0, false)
  differences.push(...wrong)
  while (Date.now() < until || counts.runs === 0) {
    const name = `chaos_${counts.runs}`
    const [left, broken] = await run(name, Math.ceil(between(5, 10)), counts.runs % 2 === 1)
    counts.runs++
    compare(name, left, expected)
    differences.push(...broken.map((law) => `${name} ${law}`))
    console.log(
      `run ${counts.runs}: ${counts.kills} kills, ${counts.restarts} restarts, ${counts.rows} rows checked, ${differences.length} differences`
    )
  }
} finally {
  await server.stop()
  await internet.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`every worker was back within ${(counts.slowest / 1_000).toFixed(1)} s of a restart`)
for (const difference of differences) console.error(difference)
process.exit(differences.length > 0 ? 1 : 0)
