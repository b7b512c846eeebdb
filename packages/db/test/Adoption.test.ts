import type { CampaignStatus } from "@domainflow/core/campaign/Campaign"
import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Explanations } from "@domainflow/core/campaign/Explanations"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { Jobs } from "@domainflow/core/job/Jobs"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Doctor from "../src/doctor/Doctor.ts"
import * as Migrations from "../src/Migrations.ts"
import * as Database from "./support/Database.ts"
import * as Elder from "./support/Elder.ts"
import * as Stores from "./support/Stores.ts"

layer(Stores.layerClient.pipe(Layer.provideMerge(Database.layerEmpty)))("a database that holds schema v3", (it) => {
  it.effect("is adopted in place", () =>
    Effect.gen(function* () {
      yield* Elder.tables
      yield* Elder.rows
      const before = yield* Elder.everyRow

      assert.isNotEmpty(yield* Migrations.run)

      const after = yield* Elder.everyRow
      for (const [table, rows] of Object.entries(before)) {
        assert.isNotEmpty(rows, table)
        // All as it was, but for the one that never knew how much it was to do.
        const same = rows.filter((row) => table !== "public.campaigns" || !row.includes(Elder.ids.untouched))
        assert.includeMembers([...(after[table] ?? [])], same, table)
      }
      assert.deepStrictEqual(
        (yield* Doctor.examine).map(({ sentence }) => sentence),
        []
      )
      assert.deepStrictEqual(yield* Migrations.run, [])
    })
  )

  it.effect("gives its campaigns the places where they began and where they go on", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const generations = yield* sql`
        select campaign_id, start_offset, current_offset from domain_generation_campaign_params order by campaign_id
      `
      assert.deepStrictEqual(generations, [
        { campaignId: Elder.ids.generation, startOffset: 2n, currentOffset: 6n },
        { campaignId: Elder.ids.untouched, startOffset: 50n, currentOffset: 50n },
        { campaignId: Elder.ids.broken, startOffset: 0n, currentOffset: 0n }
      ])
      // The name at offset 4 is pending, so it is asked next.
      assert.deepStrictEqual(yield* sql`select last_offset from dns_validation_params`, [{ lastOffset: 3n }])
    })
  )

  it.effect("knows how much of each enumeration is taken", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const hashOf = (params: unknown) => Effect.flatMap(Enumeration.make(params), Enumeration.configHash)
      const states = yield* sql<{ configHash: string; lastOffset: bigint }>`
        select config_hash, last_offset from domain_generation_config_states
      `
      assert.sameDeepMembers(
        [...states],
        [
          // More were asked for than there are: 3 * 3 names.
          {
            configHash: yield* hashOf({
              patternType: "both",
              variableLength: 1,
              characterSet: "abc",
              constantString: "shop",
              tld: "com"
            }),
            lastOffset: 9n
          },
          {
            configHash: yield* hashOf({
              patternType: "prefix",
              variableLength: 3,
              characterSet: "alphanumeric",
              constantString: "test",
              tld: "com"
            }),
            lastOffset: 150n
          },
          { configHash: "d41d8cd98f", lastOffset: 6n }
        ]
      )
      // That much is spelled as well.
      const untouched = yield* Campaigns.use((campaigns) => campaigns.get(CampaignId.make(Elder.ids.untouched)))
      assert.deepInclude(untouched, { totalItems: 100n, progressPercentage: 0 })
    })
  )

  it.effect("is read whole, whatever words and shapes it holds", () =>
    Effect.gen(function* () {
      const campaigns = yield* Campaigns
      const id = (name: "generation" | "untouched" | "dns" | "http" | "broken") => CampaignId.make(Elder.ids[name])

      const { items } = yield* campaigns.page({})
      assert.deepStrictEqual(
        new Map(items.map((campaign) => [campaign.id as string, campaign.status])),
        new Map<string, CampaignStatus>([
          [Elder.ids.generation, "running"],
          [Elder.ids.untouched, "pending"],
          [Elder.ids.dns, "cancelled"],
          [Elder.ids.http, "paused"],
          [Elder.ids.broken, "failed"]
        ])
      )
      assert.strictEqual((yield* campaigns.page({ status: "running" })).items[0]?.id, id("generation"))

      const names = yield* GeneratedDomains.use((domains) => Scene.collect(domains.stream(id("generation"), -1n)))
      assert.deepStrictEqual(names.map(({ domainName, tld }) => [domainName as string, tld]).toSorted(), [
        ["Under_Score.COM", null],
        ["münchen.de", null],
        ["name2.com", "com"],
        ["name3.com", "com"],
        ["name4.com", "com"],
        ["name5.com", "com"]
      ])
      const answers = yield* DnsResults.use((results) => Scene.collect(results.stream(id("dns"))))
      assert.deepStrictEqual(
        answers.map(({ domainName, validationStatus }) => [domainName as string, validationStatus]),
        [
          ["name2.com", "Resolved"],
          ["name3.com", "Unresolved"],
          ["name4.com", "Pending"]
        ]
      )
      const resolved = yield* DnsResults.use((results) => Scene.collect(results.stream(id("dns"), "Resolved")))
      assert.strictEqual(resolved.length, 1)
      const pages = yield* HttpResults.use((results) => Scene.collect(results.stream(id("http"))))
      // Its word for it is none of the vocabulary.
      assert.deepStrictEqual(
        pages.map(({ domainName, validationStatus }) => [domainName as string, validationStatus]),
        [["name2.com", "Error"]]
      )
      assert.deepInclude(yield* campaigns.measure(id("dns")), { totalItems: 20n, progressPercentage: 0 })
      assert.deepInclude(yield* campaigns.measure(id("http")), { totalItems: 1n, progressPercentage: 0 })
      assert.strictEqual(
        (yield* Explanations.use((all) => all.of(id("http"), "name2.com"))).dns?.result.validationStatus,
        "Resolved"
      )
      const jobs = yield* Jobs.use((jobs) => jobs.page({}))
      assert.deepStrictEqual(jobs.items.map(({ status }) => status).toSorted(), ["completed", "queued", "running"])
      const proxies = yield* Proxies.use((proxies) => proxies.page())
      assert.deepStrictEqual(
        proxies.items.map(({ protocol }) => protocol),
        ["http", null]
      )
    })
  )

  it.effect("goes on with what it was about", () =>
    Effect.gen(function* () {
      const campaigns = yield* Campaigns
      const id = CampaignId.make(Elder.ids.generation)

      assert.strictEqual((yield* campaigns.move(id, "paused")).status, "paused")
      yield* campaigns.move(id, "queued")
      assert.deepInclude(yield* Effect.flip(campaigns.move(id, "archived")), { from: "queued", to: "archived" })
      assert.strictEqual((yield* campaigns.move(id, "running")).status, "running")
    })
  )

  it.effect("keeps the rights it gave, and gains those of the release", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [rights] = yield* sql`
        select array_agg(p.name::text order by p.name) filter (where r.name = 'auditor') as auditor,
          count(*) filter (where r.name = 'super_admin') as super_admin
        from auth.role_permissions rp
        join auth.roles r on r.id = rp.role_id
        join auth.permissions p on p.id = rp.permission_id
      `
      assert.deepStrictEqual(rights, { auditor: ["audit.read", "campaigns:create"], superAdmin: 18n })
    })
  )
})

/** Generation campaigns as they may stand without a number of names to spell, all of three letters: `[status, asked, reached]`. */
const unknown = {
  asked: ["pending", 2, 0, "asked"],
  tooMany: ["Running", 100, 1, "many"],
  all: ["paused", 0, 1, "all"],
  first: ["failed", 0, 0, "shared"],
  second: ["PENDING", 1, 1, "shared"],
  ended: ["completed", 2, 0, "ended"],
  odd: ["nonsense", 2, 0, "odd"]
} as const

layer(Stores.layerClient.pipe(Layer.provideMerge(Database.layerEmpty)))("a database of unknown totals", (it) => {
  it.effect("has campaigns spell what they were asked for, and holds it for them", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaigns = yield* Campaigns
      yield* Elder.tables
      const ids = new Map<string, CampaignId>()
      for (const [name, [status, asked, reached, word]] of Object.entries(unknown)) {
        const id = CampaignId.make(crypto.randomUUID())
        ids.set(name, id)
        yield* sql`
          insert into campaigns (id, name, campaign_type, status, total_items, processed_items)
          values (${id}, ${name}, 'domain_generation', ${status}, ${name === "all" ? 0 : null}, ${name === "second" ? 0 : reached})
        `
        yield* sql`
          insert into domain_generation_campaign_params (
            campaign_id, pattern_type, variable_length, character_set, constant_string, tld, num_domains_to_generate,
            total_possible_combinations, current_offset
          ) values (${id}, 'prefix', 1, 'abc', ${word}, 'com', ${asked}, 3, ${reached})
        `
        // Where it has spelled, it began at the first; `second` follows `first`.
        if (reached > 0 && name !== "second")
          yield* sql`
            insert into generated_domains (domain_generation_campaign_id, domain_name, offset_index)
            values (${id}, ${`a${word}.com`}, 0)
          `
      }

      yield* Migrations.run

      const totals: Record<string, readonly [bigint, number]> = {}
      for (const [name, id] of ids) {
        const { progressPercentage, totalItems } = yield* campaigns.get(id)
        totals[name] = [totalItems, Math.round(progressPercentage)]
      }
      assert.deepStrictEqual(totals, {
        asked: [2n, 0],
        tooMany: [3n, 33],
        all: [3n, 33],
        // What is behind it is another's.
        first: [0n, 0],
        second: [1n, 0],
        ended: [0n, 0],
        odd: [0n, 0]
      })
      const next = (constantString: string) =>
        Scene.generation({ patternType: "prefix", variableLength: 1, characterSet: "abc", constantString }).pipe(
          Effect.flatMap(({ id }) => campaigns.params(id)),
          Effect.map((params) => (params._tag === "domain_generation" ? params.startOffset : null))
        )
      assert.strictEqual(yield* next("asked"), 2n)
      assert.strictEqual(yield* next("shared"), 2n)
      assert.strictEqual((yield* Effect.flip(next("all")))._tag, "SpaceExhausted")
      assert.isEmpty(yield* Migrations.run)
    })
  )
})

layer(Stores.layerClient.pipe(Layer.provideMerge(Database.layerEmpty)))("a database of wrong counters", (it) => {
  it.effect("has campaigns measured by the rows their sources had, and by what is counted since", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaigns = yield* Campaigns
      const results = yield* DnsResults
      yield* Elder.tables
      yield* Elder.rows
      const [generation, dns, http] = [Elder.ids.generation, Elder.ids.dns, Elder.ids.http].map((id) =>
        CampaignId.make(id)
      ) as [CampaignId, CampaignId, CampaignId]
      yield* sql`update campaigns set status = 'cancelled', successful_items = 3 where id = ${generation}`
      yield* sql`update campaigns set status = 'FAILED', processed_items = 9, successful_items = 7 where id = ${dns}`
      yield* Migrations.run
      const total = (id: CampaignId) => Effect.map(campaigns.measure(id), ({ totalItems }) => totalItems)

      // Four names of ours in kind, two of others; one of them resolves.
      assert.strictEqual(yield* total(dns), 6n)
      assert.strictEqual(yield* total(http), 1n)

      yield* campaigns.move(dns, "queued")
      const questions = yield* results.questions(dns, -1n, 10)
      const [pending, other] = questions.filter(({ domainName }) => ["name4.com", "name5.com"].includes(domainName))
      yield* results.append(dns, [Scene.dnsAnswer(pending!), Scene.dnsAnswer(other!, "Unresolved")])
      yield* results.append(dns, [Scene.dnsAnswer(pending!)])
      yield* campaigns.move(dns, "failed")
      assert.strictEqual(yield* total(http), 2n)
      assert.strictEqual((yield* Scene.http(dns)).totalItems, 2n)
      // One of the two has its finding.
      assert.strictEqual((yield* Scene.httpQuestions(http)).length, 1)
    })
  )
})

/** What a database that is almost schema v3 may lack or have otherwise. */
const lacks = [
  "drop index idx_generated_domains_offset",
  "drop index auth.idx_sessions_validation",
  "alter table campaigns add check (status in ('Running', 'pending', 'cancelled', 'paused', 'failed'))",
  "alter table campaigns alter column total_items drop default",
  "alter table campaigns alter column processed_items type integer",
  "alter table campaigns drop column error_message",
  "alter table auth.sessions drop column screen_resolution",
  "alter table auth.sessions alter column last_activity_at type timestamptz",
  "alter table campaign_jobs drop column locked_by, drop column locked_at",
  "alter table campaign_jobs alter column status drop default",
  "alter table proxies drop constraint uq_proxies_address",
  "alter table http_keyword_results drop constraint fk_http_keyword_results_used_proxy_id",
  "alter table dns_validation_params drop constraint chk_dns_validation_params_batch_size",
  "alter table auth.auth_audit_log alter column id drop default",
  "drop table keyword_sets",
  "drop function auth.validate_session_security",
  "drop function auth.cleanup_expired_sessions",
  'drop extension "uuid-ossp"',
  "delete from auth.permissions",
  "update auth.roles set id = '12121212-1212-4212-8212-121212121212' where name = 'super_admin'"
]

layer(Database.layerEmpty)("a database that holds most of schema v3", (it) => {
  it.effect("is given what it lacks", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Elder.tables
      yield* Elder.rows
      yield* sql`delete from auth.user_roles`
      yield* sql`delete from auth.role_permissions`
      const count = sql`
        select (select count(*) from campaigns) as campaigns, (select count(*) from generated_domains) as domains,
          (select count(*) from auth.sessions) as sessions, (select count(*) from campaign_jobs) as jobs
      `
      const before = yield* count
      for (const statement of lacks) yield* sql.unsafe(statement)

      yield* Migrations.run

      assert.deepStrictEqual(
        (yield* Doctor.examine).map(({ sentence }) => sentence),
        []
      )
      assert.deepStrictEqual(yield* count, before)

      // A sequence goes on behind the rows there are.
      const [entry] = yield* sql`
        insert into auth.auth_audit_log (event_type, event_status) values ('login', 'success') returning id > 41 as later
      `
      assert.deepStrictEqual(entry, { later: true })
    })
  )
})

layer(Database.layerEmpty)("a database whose rows contradict the schema", (it) => {
  it.effect("is adopted with all of them, and the doctor says what is left open", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Elder.tables
      yield* sql`alter table keyword_sets drop constraint uq_keyword_sets_name`
      yield* sql`insert into keyword_sets (name) values ('twice'), ('twice')`
      yield* sql`alter table auth.users alter column first_name drop not null, alter column mfa_enabled drop not null`
      yield* sql`
        insert into auth.users (email, password_hash, last_name, mfa_enabled) values ('nameless@example.org', '', '', null)
      `
      yield* sql`alter table personas drop constraint chk_personas_persona_type`
      yield* sql`insert into personas (name, persona_type, config_details) values ('odd', 'smtp', '{}')`
      yield* sql`alter table campaign_jobs drop constraint fk_campaign_jobs_campaign_id`
      yield* sql`insert into campaign_jobs (campaign_id, job_type) values (gen_random_uuid(), 'orphan')`

      yield* Migrations.run

      assert.deepStrictEqual(
        (yield* Doctor.examine).map(({ sentence }) => sentence),
        ["auth.users.first_name: may be null", "public.keyword_sets: (name) is not unique"]
      )
      // A default stands in for a null; whatever else was odd is as it was, and new oddities are refused.
      assert.deepStrictEqual(yield* sql`select first_name, mfa_enabled from auth.users`, [
        { firstName: null, mfaEnabled: false }
      ])
      assert.deepStrictEqual(yield* sql`select persona_type from personas`, [{ personaType: "smtp" }])
      assert.deepStrictEqual(yield* sql`select job_type from campaign_jobs`, [{ jobType: "orphan" }])
      const refused =
        yield* sql`insert into personas (name, persona_type, config_details) values ('new', 'smtp', '{}')`.pipe(
          Effect.flip
        )
      assert.strictEqual(refused.reason._tag, "ConstraintError")
    })
  )
})
