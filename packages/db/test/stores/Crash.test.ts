import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Random, type Redacted, Ref, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import * as Stores from "../support/Stores.ts"

/** Takes the connections of a database away from their clients, again and again, at moments nobody knows. */
const killer = (url: Redacted.Redacted, killed: Ref.Ref<number>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const kill = sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name = 'domainflow'
      order by random() limit 1
    `
    while (true) {
      // Ever less often, so that a slow machine gets to the end as well.
      const times = yield* Ref.updateAndGet(killed, (count) => count + 1)
      yield* Effect.sleep(yield* Random.nextIntBetween(1, 20 + 10 * times))
      yield* kill
    }
  }).pipe(Effect.provide(Pg.layer(url, { applicationName: "killer", maxConnections: 1 })))

/** As a worker does: until the store is back. */
const patiently = Effect.retry({ schedule: Schedule.spaced("20 millis") })

it.live(
  "whenever connections break, counters, resume points and rows are those of an uninterrupted run",
  () =>
    Effect.gen(function* () {
      const url = yield* Database.fresh("migrated")
      yield* Effect.gen(function* () {
        const campaigns = yield* Campaigns
        const domains = yield* GeneratedDomains
        const results = yield* DnsResults
        const source = yield* Scene.generation({ variableLength: 3, numDomainsToGenerate: 3_000 })
        const dns = yield* Scene.dns(source.id)
        const batches = yield* Effect.forEach(
          Array.from({ length: 12 }, (_, i) => BigInt(i * 250)),
          (offset) => Scene.batch(source.id, offset, 250)
        )

        const work = Effect.gen(function* () {
          yield* Effect.forEach(batches, (batch) => patiently(domains.append(batch)), { concurrency: 3 })
          while (true) {
            const questions = yield* patiently(results.questions(dns.id, -1n, 1_000))
            if (questions.length === 0) return
            const answers = questions.map((question, i) => Scene.dnsAnswer(question, i % 2 ? "Resolved" : "Unresolved"))
            const parts = Array.from({ length: 4 }, (_, i) => answers.slice(i * 250, (i + 1) * 250))
            yield* Effect.forEach(parts, (part) => patiently(results.append(dns.id, part)), { concurrency: 3 })
            yield* patiently(results.append(dns.id, [], questions.at(-1)!.offset))
          }
        })
        const killed = yield* Ref.make(0)
        yield* Effect.raceFirst(work, killer(url, killed))
        assert.isAbove(yield* Ref.get(killed), 5)

        const names = yield* Scene.collect(domains.stream(source.id, -1n))
        assert.deepStrictEqual(
          names.map(({ offsetIndex }) => offsetIndex),
          Array.from({ length: 3_000 }, (_, i) => BigInt(i))
        )
        assert.deepInclude(yield* campaigns.get(source.id), {
          processedItems: 3_000n,
          successfulItems: 3_000n,
          failedItems: 0n,
          progressPercentage: 100
        })
        assert.deepInclude(yield* campaigns.params(source.id), { currentOffset: 3_000n })
        const answers = yield* Scene.collect(results.stream(dns.id))
        assert.deepStrictEqual(
          answers.map(({ domainName }) => domainName),
          names.map(({ domainName }) => domainName)
        )
        assert.deepInclude(yield* campaigns.get(dns.id), {
          processedItems: 3_000n,
          successfulItems: 1_500n,
          failedItems: 1_500n,
          progressPercentage: 100
        })
        assert.deepInclude(yield* campaigns.params(dns.id), { lastOffset: 2_999n })
      }).pipe(Effect.provide(Stores.layerClient.pipe(Layer.provideMerge(Pg.layer(url)))))
    }).pipe(Effect.scoped),
  120_000
)
