/**
 * The whole way of a DNS campaign: names out of the store, questions, verdicts, rows with every key and index, counters
 * and resume point.
 *
 * Where the processor time of a name goes, measured while other work shared both cores: PostgreSQL 49 µs, ours 29, the server
 * 8; with `node:dns` 69, 59 and 10. By `explain analyze` two thirds of what a row costs PostgreSQL are its three foreign
 * keys, which all contenders pay. Where the cores are full the two sums say what ratio to expect: 1.6, and
 * 2.4 if ours took nothing at all.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as KeyRing from "@domainflow/core/KeyRing"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Effect, Exit, Layer, ManagedRuntime, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { start } from "../../packages/engine/bench/dns/server.ts"
import { count, existing } from "../../packages/engine/bench/dns/zone.ts"
import { type Bench, type Figures, ratio } from "../../scripts/bench/Bench.ts"
import { cares, hasPipeline, pipeline, type Source } from "./campaign/rivals.ts"

const ours = "CampaignRunner"
const nodes = "node:dns and VALUES"
const shells = "massdns | COPY"

export default {
  name: "campaign",
  title: `resolving ${count.toLocaleString("en")} stored names and keeping every answer`,
  compares:
    "A DNS campaign by CampaignRunner against Node's own resolver with multi-row VALUES, and against massdns piped into COPY" +
    `${hasPipeline ? "" : " (not measured: massdns and psql are not both installed)"}. One server answers all of them and one ` +
    "PostgreSQL keeps the rows, which name their source, on the same two cores. Ours and Node's ask for IPv6 too where a name exists; the pipeline asks for IPv4 only, and can neither resume nor wait.",
  rounds: 3,
  contenders: async (defer) => {
    const scope = Scope.makeUnsafe()
    defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    // Room for what all rounds write: no contender pays for a checkpoint that another one caused.
    const settings = { max_wal_size: "8GB", checkpoint_timeout: "1h" }
    const { url } = await Effect.runPromise(Embedded.start({ port: 0, settings }).pipe(Scope.provide(scope)))
    const { port } = await start(defer)
    const runtime = ManagedRuntime.make(
      CampaignRunner.layer.pipe(Layer.provideMerge(Db.layerUrl(url)), Layer.provide(needs))
    )
    defer(() => runtime.dispose())
    const folder = mkdtempSync(join(tmpdir(), "bench-campaign-"))
    defer(() => rmSync(folder, { recursive: true }))

    const { personaId, prepare, sources } = await runtime.runPromise(setUp(port))
    writeFileSync(join(folder, "sources"), sources.map(({ domainName, id }) => `${domainName} ${id}\n`).join(""))
    const measured = (name: string, run: (campaignId: CampaignId) => Promise<unknown>) => ({
      name,
      run: async (): Promise<Figures> => {
        const campaignId = await runtime.runPromise(prepare)
        const begun = performance.now()
        await run(campaignId)
        const seconds = (performance.now() - begun) / 1_000
        await runtime.runPromise(check(name, campaignId))
        return { "names/s": count / seconds }
      }
    })
    const errand = (campaignId: string) => ({ sources, campaignId, personaId, port })
    const execute = (statement: string, values: ReadonlyArray<string>) =>
      runtime.runPromise(SqlClient.SqlClient.use((sql) => sql.unsafe(statement, values)))
    return [
      measured(ours, (id) => runtime.runPromise(CampaignRunner.use((runner) => runner.run(id)))),
      measured(nodes, (id) => cares(errand(id), execute)),
      ...(hasPipeline ? [measured(shells, (id) => pipeline(errand(id), { folder, url: Redacted.value(url) }))] : [])
    ]
  },
  targets: [ratio(ours, nodes, "names/s", 2.5), ...(hasPipeline ? [ratio(ours, shells, "names/s", 0.9)] : [])]
} satisfies Bench

const needs = Layer.mergeAll(
  Re2.layer,
  SecretBox.layer(KeyRing.make([{ id: "bench", bytes: Redacted.make(new Uint8Array(32)) }]))
)

/** Names that are stored, and what makes a campaign over them, in an empty table. */
const setUp = Effect.fnUntraced(function* (port: number) {
  const campaigns = yield* Campaigns
  const runner = yield* CampaignRunner
  const sql = yield* SqlClient.SqlClient
  const persona = yield* Personas.use((personas) =>
    personas.create({
      name: "bench",
      personaType: "dns",
      configDetails: { resolvers: [`127.0.0.1:${port}`], queryTimeoutSeconds: 1, maxConcurrentGoroutines: 512 }
    })
  )
  const generation = yield* campaigns.create({
    name: "names of the zone",
    params: {
      _tag: "domain_generation",
      patternType: "suffix",
      characterSet: "numbers",
      variableLength: 6,
      constantString: "n",
      tld: "bench.test",
      numDomainsToGenerate: count
    }
  })
  yield* runner.run(generation.id)
  const sources = yield* sql<Source>`select id, domain_name from generated_domains order by offset_index`
  const prepare = Effect.gen(function* () {
    yield* sql`truncate dns_validation_results cascade`
    const { id } = yield* campaigns.create({
      name: "answers",
      params: {
        _tag: "dns_validation",
        sourceGenerationCampaignId: generation.id,
        personaIds: [persona.id],
        batchSize: 5_000
      }
    })
    return id
  })
  return { sources, personaId: persona.id, prepare }
})

/** Whoever is fast must be right as well. */
const check = Effect.fnUntraced(function* (name: string, campaignId: CampaignId) {
  const sql = yield* SqlClient.SqlClient
  const [kept] = yield* sql<{ readonly rows: number; readonly resolved: number }>`
    select count(*)::int as rows, (count(*) filter (where validation_status = 'Resolved'))::int as resolved
    from dns_validation_results where dns_campaign_id = ${campaignId}
  `
  if (kept?.rows !== count || kept.resolved !== existing) {
    return yield* Effect.die(new Error(`${name} kept ${kept?.rows} answers, ${kept?.resolved} of them Resolved`))
  }
})
