import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

/** Batches: more than are counted at once in any case. */
const batches = 60

layer(Stores.layer, { timeout: "60 seconds", excludeTestServices: true })("the counters in the table", (it) => {
  it.effect("are as many as there are rows after every batch, while the campaign runs", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      // Large enough that no batch is a notable part of it.
      const source = yield* Scene.generation({ numDomainsToGenerate: 0, variableLength: 3 })
      const dns = yield* Scene.dns(source.id)
      for (const campaign of [source, dns]) yield* Scene.bring(campaign, "running")
      const counters = sql`
        select c.campaign_type, c.processed_items, c.successful_items, c.failed_items,
          c.progress_percentage = c.processed_items * 100.0::float8 / c.total_items as tells_the_truth,
          coalesce(
            nullif((select count(*) from dns_validation_results where dns_campaign_id = c.id), 0),
            (select count(*) from generated_domains where domain_generation_campaign_id = c.id)
          ) as rows
        from campaigns c where c.id in ${sql.in([source.id, dns.id])} order by c.campaign_type desc
      `
      for (let n = 0; n < batches; n++) {
        const names = yield* Scene.batch(source.id, BigInt(n * 3), 3)
        yield* GeneratedDomains.use((domains) => domains.append(names))
        const questions = yield* Scene.questions(dns.id)
        yield* DnsResults.use((results) =>
          results.append(
            dns.id,
            questions.map((question, i) => Scene.dnsAnswer(question, i === 0 ? "Unresolved" : "Resolved"))
          )
        )
        const kept = BigInt(n + 1)
        assert.deepStrictEqual(yield* counters, [
          {
            campaignType: "domain_generation",
            processedItems: kept * 3n,
            successfulItems: kept * 3n,
            failedItems: 0n,
            tellsTheTruth: true,
            rows: kept * 3n
          },
          {
            campaignType: "dns_validation",
            processedItems: kept * 3n,
            successfulItems: kept * 2n,
            failedItems: kept,
            tellsTheTruth: true,
            rows: kept * 3n
          }
        ])
      }
      const news = yield* sql`select count(*) as told from campaign_progress where campaign_id = ${dns.id}`
      assert.deepStrictEqual(news, [{ told: BigInt(batches) + 2n }])
      yield* Campaigns.use((campaigns) => campaigns.move(source.id, "completed"))
    })
  )

  it.effect("are locked by nobody who has fallen silent", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { id } = yield* Scene.generation({ numDomainsToGenerate: 0, variableLength: 3 })
      const limit = sql`select current_setting('idle_in_transaction_session_timeout') as silence`
      const count = sql`select count_campaign(${id}, 1, 0)`
      assert.deepStrictEqual(yield* sql.withTransaction(Effect.andThen(count, limit)), [{ silence: "20s" }])
      assert.deepStrictEqual(yield* limit, [{ silence: "0" }])

      // Somebody else's limit stays, and here nobody waits for twenty seconds.
      const silent = yield* sql`set local idle_in_transaction_session_timeout = '500ms'`.pipe(
        Effect.andThen(count),
        Effect.andThen(Effect.sleep("20 seconds")),
        sql.withTransaction,
        Effect.forkChild
      )
      yield* Effect.sleep("200 millis")
      yield* GeneratedDomains.use((domains) => Effect.flatMap(Scene.batch(id, 0n, 3), domains.append))
      assert.strictEqual((yield* Campaigns.use((campaigns) => campaigns.get(id))).processedItems, 4n)
      yield* Fiber.interrupt(silent)
    })
  )
})
