/**
 * What was learnt on the way (2 cores, PostgreSQL 18 beside the client; ratios hold, figures do not):
 *
 * - The server spends as much on our inserts as on COPY of the same rows (20,000 DNS answers: 960 ms of CPU against 970). What one
 *   connection falls behind by is the client's share, of which two thirds is the JSON of `dns_records`.
 * - `on conflict do nothing` looks for every key before it writes it: a seventh of the append of new names, so it is kept for batches
 *   that turn out to be replayed. `returning`, to count what was new: another seventh.
 * - Counters come in a statement of their own, after the rows: in one statement with them the foreign keys would be checked with
 *   the campaign's row held, and two connections would take turns.
 */
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { type DnsAnswer, type DnsQuestion, DnsResults } from "@domainflow/core/dns/DnsResults"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import * as Ids from "@domainflow/core/Ids"
import * as KeyRing from "@domainflow/core/KeyRing"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { Effect, Exit, Layer, ManagedRuntime, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type Bench, type Defer, type Figures, perSecond, ratio } from "../../../scripts/bench/Bench.ts"
import * as Db from "../src/Db.ts"
import * as Embedded from "../src/embedded/index.ts"

/** Rows that a run writes: half a second to a second. */
const many = 40_000
/** The unit of commit at which the store reaches its full speed. */
const batchSize = 5_000

const bench: Bench = {
  name: "append",
  title: "Appending to the real tables, with every key, foreign key and index",
  compares:
    `${many} rows into an empty table: COPY in one transaction (by psql, or by the server from a file where there is no ` +
    `psql), against GeneratedDomains.append and DnsResults.append in batches of ${batchSize}, with counters and resume ` +
    "point, by one and by two connections. Ids of version 7 and names in order for all of them.",
  contenders: async (defer) => {
    const scope = Scope.makeUnsafe()
    defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    // Room for what all rounds write: no contender pays for a checkpoint that another one caused.
    const settings = { max_wal_size: "8GB", checkpoint_timeout: "1h" }
    const { url } = await Effect.runPromise(Embedded.start({ port: 0, settings }).pipe(Scope.provide(scope)))
    const folder = mkdtempSync(join(tmpdir(), "domainflow-bench-"))
    defer(() => rmSync(folder, { recursive: true, force: true }))

    const names = await namesStore(await database(url, "names", defer), join(folder, "names.tsv"))
    const answers = await answersStore(await database(url, "answers", defer), join(folder, "answers.tsv"))
    return [
      { name: "names by COPY", run: names.copy },
      { name: "names, 1 connection", run: names.append(1) },
      { name: "names, 2 connections", run: names.append(2) },
      { name: "DNS answers by COPY", run: answers.copy },
      { name: "DNS answers, 1 connection", run: answers.append(1) },
      { name: "DNS answers, 2 connections", run: answers.append(2) }
    ]
  },
  targets: [
    ratio("names, 1 connection", "names by COPY", "rows/s", 0.65),
    ratio("names, 2 connections", "names by COPY", "rows/s", 1),
    ratio("DNS answers, 1 connection", "DNS answers by COPY", "rows/s", 0.8),
    ratio("DNS answers, 2 connections", "DNS answers by COPY", "rows/s", 1.3)
  ]
}
export default bench

/** A database of its own on the server, migrated, and every port on it. */
const database = async (server: Redacted.Redacted, name: string, defer: Defer) => {
  const url = new URL(Redacted.value(server))
  const admin = ManagedRuntime.make(Db.layerUrl(server, { migrate: false }).pipe(Layer.provide(needs)))
  await admin.runPromise(SqlClient.SqlClient.use((sql) => sql`create database ${sql(name)}`))
  await admin.dispose()
  url.pathname = `/${name}`
  const runtime = ManagedRuntime.make(
    Db.layerUrl(Redacted.make(url.href), { maxConnections: 4 }).pipe(Layer.provide(needs))
  )
  defer(() => runtime.dispose())
  return { url: url.href, runtime }
}

type Database = Effect.Success<ReturnType<typeof effectOf>>
const effectOf = (...args: Parameters<typeof database>) => Effect.promise(() => database(...args))

const needs = Layer.mergeAll(
  TestRegex.layer,
  SecretBox.layer(KeyRing.make([{ id: "bench", bytes: Redacted.make(new Uint8Array(32)) }]))
)

/** A generation campaign of `many` names, and those names by batch. */
const generation = Effect.gen(function* () {
  const params = {
    patternType: "prefix",
    characterSet: "letters",
    variableLength: 4,
    constantString: "shop",
    tld: "com",
    numDomainsToGenerate: many
  } as const
  const campaigns = yield* Campaigns
  const { id } = yield* campaigns.create({ name: "bench", params: { _tag: "domain_generation", ...params } })
  const { sourceKeyword, sourcePattern, spell, tld } = yield* Enumeration.make(params)
  return Array.from({ length: many / batchSize }, (_, i) => {
    const offset = BigInt(i * batchSize)
    return { campaignId: id, offset, names: spell(offset, batchSize), sourceKeyword, sourcePattern, tld }
  })
})

const namesStore = async ({ runtime, url }: Database, file: string) => {
  const batches = await runtime.runPromise(generation)
  const [{ campaignId, sourceKeyword, sourcePattern, tld }] = batches as [(typeof batches)[number]]
  const ids = await runtime.runPromise(Ids.many(many))
  const rows = batches
    .flatMap(({ names }) => names)
    .map((name, i) => {
      return [ids[i], campaignId, name, sourceKeyword, sourcePattern, tld, i]
    })
  const empty = SqlClient.SqlClient.use((sql) =>
    Effect.all([
      sql`truncate generated_domains cascade`,
      sql`update campaigns set processed_items = 0, successful_items = 0`,
      sql`update domain_generation_campaign_params set current_offset = 0`
    ])
  )
  const columns = "id, domain_generation_campaign_id, domain_name, source_keyword, source_pattern, tld, offset_index"
  return {
    copy: copied(url, `generated_domains (${columns})`, rows, file, () => runtime.runPromise(empty)),
    append: (concurrency: number) => async (): Promise<Figures> => {
      await runtime.runPromise(empty)
      const append = GeneratedDomains.use((domains) =>
        Effect.forEach(batches, (batch) => domains.append(batch), { concurrency })
      )
      return { "rows/s": await perSecond(() => runtime.runPromise(append).then(sum)) }
    }
  }
}

const answersStore = async ({ runtime, url }: Database, file: string) => {
  const { answers, campaignId } = await runtime.runPromise(
    Effect.gen(function* () {
      const domains = yield* GeneratedDomains
      const batches = yield* generation
      yield* Effect.forEach(batches, (batch) => domains.append(batch))
      const persona = yield* Personas.use((personas) =>
        personas.create({ name: "bench", personaType: "dns", configDetails: {} })
      )
      const { id } = yield* Campaigns.use((campaigns) =>
        campaigns.create({
          name: "bench",
          params: {
            _tag: "dns_validation",
            sourceGenerationCampaignId: batches[0]!.campaignId,
            personaIds: [persona.id]
          }
        })
      )
      const questions = yield* DnsResults.use((results) => results.questions(id, -1n, many))
      const answers = questions.map((question, i) => answerTo(question, i, persona.id))
      return { answers, campaignId: id }
    })
  )
  const ids = await runtime.runPromise(Ids.many(many))
  const rows = answers.map(({ checkedAt, personaId, question, verdict }, i) => [
    ids[i],
    campaignId,
    question.generatedDomainId,
    question.domainName,
    verdict.status,
    JSON.stringify(verdict.records),
    personaId,
    verdict.attempts,
    new Date(checkedAt).toISOString()
  ])
  const empty = SqlClient.SqlClient.use((sql) =>
    Effect.all([
      sql`truncate dns_validation_results cascade`,
      sql`update campaigns set processed_items = 0, successful_items = 0, failed_items = 0`,
      sql`update dns_validation_params set last_offset = -1, highest_offset = -1`
    ])
  )
  const columns =
    "id, dns_campaign_id, generated_domain_id, domain_name, validation_status, dns_records, validated_by_persona_id, attempts, last_checked_at"
  const batches = Array.from({ length: many / batchSize }, (_, i) => answers.slice(i * batchSize, (i + 1) * batchSize))
  return {
    copy: copied(url, `dns_validation_results (${columns})`, rows, file, () => runtime.runPromise(empty)),
    append: (concurrency: number) => async (): Promise<Figures> => {
      await runtime.runPromise(empty)
      const append = DnsResults.use((results) =>
        Effect.forEach(
          batches,
          (batch) =>
            Effect.map(
              results.append(campaignId, batch, batch.at(-1)!.question.offset),
              ({ failed, successful }) => failed + successful
            ),
          { concurrency }
        )
      )
      return { "rows/s": await perSecond(() => runtime.runPromise(append).then(sum)) }
    }
  }
}

/** Half of the names resolve, as in the bench of the whole campaign. */
const answerTo = (question: DnsQuestion, i: number, personaId: DnsAnswer["personaId"]): DnsAnswer => {
  const address = `192.0.2.${i % 256}`
  const resolved = i % 2 === 0
  return {
    question,
    verdict: {
      status: resolved ? "Resolved" : "Unresolved",
      records: {
        ips: resolved ? [address] : [],
        a: resolved ? [{ address, ttl: 300 }] : [],
        aaaa: [],
        cname: [],
        rcode: resolved ? "NOERROR" : "NXDOMAIN",
        resolver: "192.0.2.53",
        transport: "udp",
        durationMs: (i % 100) / 10
      },
      attempts: 1
    },
    personaId,
    checkedAt: 1_760_000_000_000 + i
  }
}

const hasPsql = spawnSync("psql", ["--version"]).status === 0

/** COPY of a file into a table. Its time is what psql says it took: to start psql is not counted. */
const copied = (
  url: string,
  table: string,
  rows: ReadonlyArray<ReadonlyArray<unknown>>,
  file: string,
  empty: () => Promise<unknown>
) => {
  // Backslashes and tabs would need escapes: there are none in these rows.
  writeFileSync(file, rows.map((row) => `${row.join("\t")}\n`).join(""), { mode: 0o644 })
  return async (): Promise<Figures> => {
    await empty()
    if (!hasPsql) throw new Error("psql is not installed: apt-get install postgresql-client")
    const copy = `\\copy ${table} from '${file}'`
    const { stdout } = await promisify(execFile)("psql", [url, "-c", "\\timing on", "-c", copy])
    const [, millis] = /Time: ([0-9.]+) ms/.exec(stdout) ?? []
    if (millis === undefined) throw new Error(`psql told no time: ${stdout}`)
    return { "rows/s": (rows.length / Number(millis)) * 1_000 }
  }
}

const sum = (counts: ReadonlyArray<number>): number => {
  const total = counts.reduce((all, count) => all + count, 0)
  if (total !== many) throw new Error(`${total} rows were kept, ${many} were sent`)
  return total
}
