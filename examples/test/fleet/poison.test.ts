import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { Jobs } from "@domainflow/core/job/Jobs"
import * as Embedded from "@domainflow/db/embedded"
import { assert, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"

const limits = { terms: { maxAttempts: 2, longestBackoff: 300 } }

/** Has the server refuse rows, as a constraint of somebody's own would. */
const refuse = (name: string, table: string, row: string) =>
  SqlClient.SqlClient.use((sql) =>
    Effect.all([
      sql.unsafe(`create function ${name}() returns trigger language plpgsql as $$
        begin if ${row} then raise exception 'poison' using errcode = '23514'; end if; return new; end $$`),
      sql.unsafe(`create trigger ${name} before insert on ${table} for each row execute function ${name}()`)
    ])
  )

it.live(
  "a name whose answer cannot be kept costs one verdict, its own",
  () =>
    Effect.gen(function* () {
      const poison = "aabcpoison.com"
      yield* refuse("poison", "dns_validation_results", `new.domain_name = '${poison}' and new.dns_records is not null`)
      yield* Fleet.worker((yield* Embedded.Server).url, { server: "one" })

      const id = yield* Fleet.resolving("poison", 200)

      const { processedItems, status } = yield* Fleet.ended(id)
      assert.deepStrictEqual({ processedItems, status }, { processedItems: 200n, status: "completed" })
      const rows = yield* Stream.runCollect((yield* DnsResults).stream(id))
      const found = rows.find(({ domainName }) => domainName === poison)
      assert.deepInclude(found, { validationStatus: "Error", dnsRecords: null })
      assert.strictEqual(rows.filter(({ dnsRecords }) => dnsRecords === null).length, 1)
      const { items } = yield* Jobs.use((jobs) => jobs.page({ campaignId: id }))
      assert.isTrue(items.every(({ attempts }) => attempts === 1))
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  60_000
)

it.live(
  "a job that fails every time ends failed with the cause, and so does its campaign; others go on",
  () =>
    Effect.gen(function* () {
      yield* refuse("poison", "dns_validation_results", "new.domain_name like '%venom.com'")
      yield* Fleet.worker((yield* Embedded.Server).url, { server: "one", ...limits })

      const bad = yield* Fleet.resolving("venom", 100)
      const good = yield* Fleet.resolving("cure", 100)

      const failed = yield* Fleet.ended(bad)
      assert.strictEqual(failed.status, "failed")
      assert.include(failed.errorMessage, "poison")
      const { items } = yield* Jobs.use((jobs) => jobs.page({ campaignId: bad }))
      for (const job of items) assert.deepInclude(job, { status: "failed", attempts: 2, lockedBy: null })
      assert.deepInclude(yield* Fleet.ended(good), { status: "completed", processedItems: 100n })

      // Cured, it goes on where it was.
      yield* SqlClient.SqlClient.use((sql) => sql`drop trigger poison on dns_validation_results`)
      yield* Campaigns.use((port) => port.move(bad, "queued"))
      assert.deepInclude(yield* Fleet.ended(bad), { status: "completed", processedItems: 100n })
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  60_000
)
