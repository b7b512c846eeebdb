import { AuditLog } from "@domainflow/core/audit/AuditLog"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Explanations } from "@domainflow/core/campaign/Explanations"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import * as Stores from "../support/Stores.ts"

/*
 * What a hot read costs must not grow with the tables. PostgreSQL counts what it reads: after each call it is asked how many
 * rows were read by scans of whole tables (none), and by index (no more than a few pages).
 */

/** The tables that grow. */
const large = [
  "generated_domains",
  "dns_validation_results",
  "http_keyword_results",
  "campaign_jobs",
  "campaign_progress",
  "audit_logs"
]

/** Names of each of the campaigns, and of each of those around them. */
const names = 20_000

/** Rows that a call may read of one table: some pages of a thousand, and far from what the tables hold. */
const atMost = 4_500

/** One session, so that its counts can be asked for at once. */
const oneSession = Layer.unwrap(Effect.map(Database.fresh("migrated"), (url) => Pg.layer(url, { maxConnections: 1 })))

interface Count {
  readonly table: string
  readonly scans: bigint
  readonly scanned: bigint
  readonly fetched: bigint
}

const counts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`select pg_stat_force_next_flush()`
  return yield* sql<Count>`
    select relname as table, seq_scan as scans, seq_tup_read as scanned, coalesce(idx_tup_fetch, 0) as fetched
    from pg_stat_user_tables where schemaname = 'public' and relname in ${sql.in(large)} order by relname
  `
})

const cheap = Effect.fnUntraced(function* <A, E, R>(what: string, call: Effect.Effect<A, E, R>) {
  const before = yield* counts
  const answer = yield* call
  const after = yield* counts
  for (const [i, { fetched, scanned, table }] of after.entries()) {
    assert.strictEqual(scanned - before[i]!.scanned, 0n, `${what} reads all of ${table}`)
    assert.isAtMost(Number(fetched - before[i]!.fetched), atMost, `${what} reads too much of ${table}`)
  }
  return answer
})

/** Three campaigns of a chain, each name with its answer, and the queue and the trail that such campaigns leave. */
const filled = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const generation = yield* Scene.generation()
  const dns = yield* Scene.dns(generation.id)
  const http = yield* Scene.http(dns.id)
  yield* sql`
    insert into generated_domains (domain_generation_campaign_id, domain_name, offset_index)
    select ${generation.id}::uuid, 'n' || lpad(n::text, 6, '0') || '.com', n from generate_series(0, ${names - 1}) n
  `
  // All but the last thousand have their answers; nine of ten resolve, and one in twenty thousand is an error.
  yield* sql`
    insert into dns_validation_results (dns_campaign_id, generated_domain_id, domain_name, validation_status)
    select ${dns.id}::uuid, id, domain_name,
      case when offset_index = 15000 then 'Error' when offset_index % 10 = 0 then 'Unresolved' else 'Resolved' end
    from generated_domains
    where domain_generation_campaign_id = ${generation.id} and offset_index < ${names - 1000}
  `
  yield* sql`
    update dns_validation_params set last_offset = ${names - 1001}, highest_offset = ${names - 1001}
    where campaign_id = ${dns.id}
  `
  yield* sql`
    insert into http_keyword_results (http_keyword_campaign_id, dns_result_id, domain_name, validation_status)
    select ${http.id}::uuid, id, domain_name,
      case when domain_name = 'n015001.com' then 'Success' else 'KeywordsNotFound' end
    from dns_validation_results
    where dns_campaign_id = ${dns.id} and validation_status = 'Resolved' and domain_name < 'n018000.com'
  `
  yield* sql`
    update http_keyword_campaign_params set last_processed_domain_name = 'n017999.com' where campaign_id = ${http.id}
  `
  yield* sql`
    insert into campaign_jobs (campaign_id, job_type, status, scheduled_at)
    select ${dns.id}::uuid, 'dns_validation', case when n < 50 then 'pending' else 'completed' end, now() - n * interval '1 second'
    from generate_series(0, ${names}) n
  `
  yield* sql`
    insert into campaign_progress
      (campaign_id, seq, status, total_items, processed_items, successful_items, failed_items)
    select ${dns.id}::uuid, n, 'running', ${names}, n, n, 0 from generate_series(1, ${names}) n
  `
  yield* sql`update campaigns set progress_seq = ${names} where id = ${dns.id}`
  yield* sql`
    insert into audit_logs (action, entity_type, entity_id, "timestamp")
    select 'campaign.queued', 'campaign', case when n % 200 = 0 then ${generation.id}::uuid else gen_random_uuid() end,
      now() - n * interval '1 second'
    from generate_series(1, ${names}) n
  `
  return { generation: generation.id, dns: dns.id, http: http.id }
})

/** Every read that is made while campaigns run, or by somebody who looks at them. */
const reads = Effect.fnUntraced(function* (ids: Record<"generation" | "dns" | "http", CampaignId>) {
  const audit = yield* AuditLog
  const campaigns = yield* Campaigns
  const dns = yield* DnsResults
  const domains = yield* GeneratedDomains
  const explanations = yield* Explanations
  const http = yield* HttpResults
  const jobs = yield* Jobs
  const first = <A, E, R>(stream: Stream.Stream<A, E, R>) => Stream.runCollect(Stream.take(stream, 10))

  assert.strictEqual((yield* cheap("a page of names", first(domains.stream(ids.generation, 9_999n)))).length, 10)
  const open = yield* cheap("the next questions", dns.questions(ids.dns, -1n, 500))
  assert.strictEqual(open.length, 500)
  yield* cheap("questions of a stretch", dns.questions(ids.dns, BigInt(names - 1_200), 500, BigInt(names - 600)))
  yield* cheap("a page of answers", first(dns.stream(ids.dns, undefined, "n010000.com")))
  assert.strictEqual((yield* cheap("answers of a status that is rare", first(dns.stream(ids.dns, "Error")))).length, 1)
  assert.strictEqual((yield* cheap("answers of a status nobody has", first(dns.stream(ids.dns, "Skipped")))).length, 0)
  yield* cheap("answers of a status that many have", first(dns.stream(ids.dns, "Resolved", "n010000.com")))
  assert.strictEqual((yield* cheap("the next pages to fetch", http.questions(ids.http, null, 500))).length, 500)
  yield* cheap("pages to fetch of a stretch", http.stretch(ids.http, 17_900n, 500, 18_400n))
  // Nothing is fetched here yet: as wide as stretches are, and a page is a small part of it.
  for (const sourceType of ["DNSValidation", "DomainGeneration"] as const) {
    const { id } = yield* Scene.http(sourceType === "DNSValidation" ? ids.dns : ids.generation, { sourceType })
    const wide = http.stretch(id, -1n, 128, BigInt(names))
    assert.strictEqual((yield* cheap(`the first of a wide stretch of a ${sourceType}`, wide)).length, 128)
  }
  yield* cheap("a page of pages", first(http.stream(ids.http, undefined, "n010000.com")))
  assert.strictEqual((yield* cheap("the findings", first(http.stream(ids.http, "Success")))).length, 1)
  assert.strictEqual((yield* cheap("findings there are none of", first(http.stream(ids.http, "Timeout")))).length, 0)
  const why = yield* cheap("an explanation", explanations.of(ids.http, "n015001.com"))
  assert.isNotNull(why.http)
  yield* cheap("campaigns by age", campaigns.page({}))
  yield* cheap("campaigns of a state", campaigns.page({ status: "running" }))
  yield* cheap("news of a campaign", Stream.runCollect(Stream.take(campaigns.watch(ids.dns, BigInt(names - 10)), 5)))
  yield* cheap("how a campaign stands", first(campaigns.watch(ids.dns).pipe(Stream.take(1))))
  yield* cheap("the trail", audit.page({}))
  yield* cheap("the trail of a campaign", audit.page({ entityType: "campaign", entityId: ids.generation }))
  yield* cheap("jobs of a campaign", jobs.page({ campaignId: ids.generation }))
  const claimed = yield* cheap("a claim", jobs.claim({ server: "here", limit: 5 }))
  assert.strictEqual(claimed.length, 5)
  assert.strictEqual((yield* cheap("a beat", jobs.beat(claimed))).size, 5)
  yield* cheap("a rescue", jobs.rescue)
  yield* cheap("completion", jobs.release(claimed))
  yield* cheap(
    "an append of answers that are there",
    dns.append(
      ids.dns,
      open.map((question) => Scene.dnsAnswer(question))
    )
  )
})

/** What is asked of a source that has ended, at every start of a campaign over it. */
const overEnded = Effect.fnUntraced(function* (ids: Record<"dns" | "http", CampaignId>) {
  const campaigns = yield* Campaigns
  yield* cheap("a measure over a source that has ended", campaigns.measure(ids.http))
  yield* cheap("a campaign over a source that has ended", Scene.http(ids.dns))
})

layer(Stores.layerClient.pipe(Layer.provideMerge(oneSession)), { timeout: "60 seconds" })("hot reads", (it) => {
  it.effect(
    "read what they answer and little more, whatever PostgreSQL knows of the tables",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        // As on a young installation: the statistics are of tables that were empty.
        yield* sql`analyze`
        const young = yield* filled
        yield* Campaigns.use((campaigns) => campaigns.move(young.dns, "queued"))
        yield* reads(young)
        // As on an old one, where a campaign is one of many.
        yield* Campaigns.use((campaigns) => campaigns.move(young.dns, "cancelled"))
        yield* overEnded(young)
        const old = yield* filled
        yield* Campaigns.use((campaigns) => campaigns.move(old.dns, "queued"))
        yield* sql`vacuum analyze`
        yield* reads(old)
        yield* Campaigns.use((campaigns) => campaigns.move(old.dns, "cancelled"))
        yield* overEnded(old)
      }),
    120_000
  )
})
