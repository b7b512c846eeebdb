import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { type DnsQuestion, DnsResults, placeOf } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import type { Place } from "@domainflow/core/generation/Place"
import * as HttpPlace from "@domainflow/core/http/HttpResults"
import { HttpResults, type PlacedQuestion } from "@domainflow/core/http/HttpResults"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

/** Rows as older installations of the schema left them. */
layer(Stores.layer)("rows of an older installation", (it) => {
  it.effect("that say Pending are questions still, and become answers", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const dns = yield* DnsResults
      const http = yield* HttpResults
      const { campaign: source, names } = yield* Scene.spelled(3)
      const resolve = yield* Scene.dns(source.id)
      const fetch = yield* Scene.http(source.id, { sourceType: "DomainGeneration" })
      for (const [name, status] of [
        [names[0], "Pending"],
        [names[1], "pending"],
        [names[2], "Unresolved"]
      ]) {
        yield* sql`
          insert into dns_validation_results (dns_campaign_id, domain_name, validation_status)
          values (${resolve.id}, ${name}, ${status})
        `
        yield* sql`
          insert into http_keyword_results (http_keyword_campaign_id, domain_name, validation_status)
          values (${fetch.id}, ${name}, ${status === "Unresolved" ? "Timeout" : status})
        `
      }
      yield* sql`update dns_validation_params set highest_offset = 2 where campaign_id = ${resolve.id}`

      const questions = yield* Scene.questions(resolve.id)
      assert.deepStrictEqual(
        questions.map(({ domainName }) => domainName),
        names.slice(0, 2)
      )
      const tally = yield* dns.append(
        resolve.id,
        questions.map((question) => Scene.dnsAnswer(question))
      )
      assert.deepStrictEqual(tally, { successful: 2, failed: 0 })
      assert.deepStrictEqual(
        (yield* Scene.collect(dns.stream(resolve.id))).map(({ attempts, validationStatus }) => [
          validationStatus,
          attempts
        ]),
        [
          ["Resolved", 1],
          ["Resolved", 1],
          ["Unresolved", 0]
        ]
      )

      const pages = yield* http.questions(fetch.id, null, 10)
      assert.strictEqual(pages.length, 2)
      yield* http.append(
        fetch.id,
        pages.map((question) => Scene.httpAnswer(question))
      )
      assert.strictEqual((yield* Scene.collect(http.stream(fetch.id, "Success"))).length, 2)
      assert.deepStrictEqual(yield* http.questions(fetch.id, null, 10), [])
    })
  )

  it.effect("that share an offset are all read, and all asked", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const source = yield* Scene.generation()
      yield* sql`
        insert into generated_domains (domain_generation_campaign_id, domain_name, offset_index)
        select ${source.id}::uuid, 'n' || n || '.com', n / 1000 from generate_series(0, 2999) n
      `
      const { id } = yield* Scene.dns(source.id)
      const dns = yield* DnsResults

      const rows = yield* GeneratedDomains.use((domains) => Scene.collect(domains.stream(source.id, -1n)))
      assert.strictEqual(rows.length, 3_000)
      assert.strictEqual(new Set(rows.map(({ domainName }) => domainName)).size, 3_000)
      const [some] = rows.slice(1_234)
      const rest = yield* GeneratedDomains.use((domains) =>
        Scene.collect(domains.stream(source.id, [some!.offsetIndex, some!.id]))
      )
      assert.deepStrictEqual(rest, rows.slice(1_235))

      // A page is as long as it was asked to be, wherever it ends.
      const asked: Array<DnsQuestion> = []
      for (let after: bigint | Place = -1n; ; after = placeOf(asked.at(-1)!)) {
        const page: ReadonlyArray<DnsQuestion> = yield* dns.questions(id, after, 700)
        if (page.length === 0) break
        assert.isAtMost(page.length, 700)
        yield* dns.append(
          id,
          page.map((question) => Scene.dnsAnswer(question))
        )
        asked.push(...page)
      }
      assert.strictEqual(new Set(asked.map(({ domainName }) => domainName)).size, 3_000)
      assert.deepStrictEqual(yield* dns.questions(id, -1n, 10), [])

      const http = yield* Scene.http(id)
      const fetched: Array<PlacedQuestion> = []
      for (let after: bigint | Place = -1n; ; after = HttpPlace.placeOf(fetched.at(-1)!)) {
        const page: ReadonlyArray<PlacedQuestion> = yield* HttpResults.use((results) =>
          results.stretch(http.id, after, 700, 2n)
        )
        if (page.length === 0) break
        fetched.push(...page)
      }
      assert.strictEqual(new Set(fetched.map(({ domainName }) => domainName)).size, 2_000)
    })
  )

  it.effect("whose names are none of ours are read, asked for and kept as they are", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const source = yield* Scene.generation()
      const texts = ["Acme.COM", "my_shop.com", "no name"]
      yield* sql`
        insert into generated_domains (domain_generation_campaign_id, domain_name, offset_index)
        select ${source.id}::uuid, name, nth - 1 from unnest(${texts}::text[]) with ordinality as row (name, nth)
      `
      const names = (rows: ReadonlyArray<{ readonly domainName: string }>) =>
        rows.map(({ domainName }) => domainName).sort()

      const { id } = yield* Scene.dns(source.id)
      const questions = yield* Scene.questions(id)
      assert.deepStrictEqual(names(questions), texts)
      yield* DnsResults.use((results) =>
        results.append(
          id,
          questions.map((question) => Scene.dnsAnswer(question))
        )
      )
      assert.deepStrictEqual(names(yield* DnsResults.use((results) => Scene.collect(results.stream(id)))), texts)

      const http = yield* Scene.http(id)
      const pages = yield* HttpResults.use((results) => results.questions(http.id, null, 10))
      assert.deepStrictEqual(names(pages), texts)
      yield* HttpResults.use((results) =>
        results.append(
          http.id,
          pages.map((question) => Scene.httpAnswer(question))
        )
      )
      assert.deepStrictEqual(names(yield* HttpResults.use((results) => Scene.collect(results.stream(http.id)))), texts)
      const rows = yield* GeneratedDomains.use((domains) => Scene.collect(domains.stream(source.id, -1n)))
      assert.deepStrictEqual(names(rows), texts)
    })
  )

  it.effect("without what the defaults say are read as the defaults say", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaigns = yield* Campaigns
      const { campaign: source } = yield* Scene.spelled(1)
      const dns = yield* Scene.dns(source.id)
      const http = yield* Scene.http(dns.id)
      yield* sql`
        update campaigns set total_items = null, processed_items = null, successful_items = null, failed_items = null,
          progress_percentage = null
        where id in ${sql.in([dns.id, http.id])}
      `
      yield* sql`
        update dns_validation_params set rotation_interval_seconds = null, processing_speed_per_minute = null,
          batch_size = null, retry_attempts = null
      `
      yield* sql`
        update http_keyword_campaign_params set keyword_set_ids = null, ad_hoc_keywords = null, proxy_ids = null,
          target_http_ports = null, batch_size = null, retry_attempts = null
      `
      assert.deepInclude(yield* campaigns.get(dns.id), { totalItems: 0n, processedItems: 0n, progressPercentage: 0 })
      assert.deepInclude(yield* campaigns.params(dns.id), { batchSize: 50, retryAttempts: 1 })
      assert.deepInclude(yield* campaigns.params(http.id), {
        keywordSetIds: [],
        adHocKeywords: [],
        proxyIds: [],
        targetHttpPorts: [],
        batchSize: 10,
        retryAttempts: 1
      })

      assert.deepInclude(yield* campaigns.measure(dns.id), { totalItems: 1n, progressPercentage: 0 })
      const questions = yield* Scene.questions(dns.id)
      yield* DnsResults.use((results) => results.append(dns.id, [Scene.dnsAnswer(questions[0]!)]))
      assert.deepInclude(yield* campaigns.get(dns.id), { processedItems: 1n, progressPercentage: 100 })
    })
  )

  it.effect("that are odd hide no campaign, and are told and moved like the others", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const campaigns = yield* Campaigns
      const other = yield* Scene.generation()
      const odd = [yield* Scene.generation(), yield* Scene.generation(), yield* Scene.generation()]
      const ids = odd.map(({ id }) => id)
      yield* sql`
        update campaigns set name = '', status = 'Running', progress_percentage = v.odd::float8
        from unnest(${ids}::uuid[], array['NaN', 'Infinity', '-Infinity']) v (id, odd) where campaigns.id = v.id
      `

      const { items } = yield* campaigns.page({}, { limit: 1_000 })
      assert.includeMembers(
        items.map(({ id }) => id),
        [other.id, ...ids]
      )
      for (const id of ids) {
        yield* campaigns.say(id, "waiting for its proxies")
        const read = yield* campaigns.get(id)
        assert.deepInclude(read, { name: "", status: "running", progressPercentage: 0 })
        assert.strictEqual(read.errorMessage, "waiting for its proxies")
        assert.deepInclude(yield* campaigns.move(id, "paused"), { name: "", progressPercentage: 0 })
      }
    })
  )

  it.effect("in shapes of their own do not stand in the way of others", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { campaign: source } = yield* Scene.spelled(1)
      const dns = yield* Scene.dns(source.id)
      const http = yield* Scene.http(dns.id)
      yield* sql`
        insert into dns_validation_results (dns_campaign_id, domain_name, validation_status, dns_records)
        values (${dns.id}, 'a.com', 'Resolved', '{"ips": "192.0.2.1"}'), (${dns.id}, 'b.com', 'Error', null)
      `
      yield* sql`
        insert into http_keyword_results
          (http_keyword_campaign_id, domain_name, validation_status, response_headers, found_keywords_from_sets)
        values (${http.id}, 'a.com', 'Success', '{"Server": "nginx"}', '{"set": ["anvil"]}')
      `
      yield* sql`insert into personas (name, persona_type, config_details) values ('elder', 'dns', '{"resolvers": 1}')`
      yield* sql`insert into proxies (name, address, protocol) values ('elder', 'elder:1080', 'SOCKS5')`
      yield* sql`insert into keyword_sets (name, rules) values ('elder', '[{"pattern": ""}, 7]')`
      yield* sql`insert into personas (name, persona_type, config_details) values ('', 'dns', '{}')`
      yield* sql`insert into proxies (name, address) values ('', '')`
      yield* sql`insert into keyword_sets (name, rules) values ('', '[]')`

      const results = yield* DnsResults.use((results) => Scene.collect(results.stream(dns.id)))
      assert.deepStrictEqual(
        results.map(({ dnsRecords }) => dnsRecords),
        [{ ips: "192.0.2.1" }, null]
      )
      const [page] = yield* HttpResults.use((results) => Scene.collect(results.stream(http.id)))
      assert.deepStrictEqual(page!.responseHeaders, { Server: "nginx" })
      assert.deepStrictEqual(page!.foundKeywordsFromSets, { set: ["anvil"] })
      const personas = yield* Personas.use((personas) => personas.page({}, { limit: 1_000 }))
      assert.isTrue(personas.items.some(({ name }) => name === "elder"))
      const proxies = yield* Proxies.use((proxies) => proxies.page())
      assert.strictEqual(proxies.items.find(({ name }) => name === "elder")?.protocol, "socks5")
      const sets = yield* KeywordSets.use((sets) => sets.page())
      assert.deepStrictEqual(sets.items.find(({ name }) => name === "elder")?.rules, [{ pattern: "" }, 7])
    })
  )
})
