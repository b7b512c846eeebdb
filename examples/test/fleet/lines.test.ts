/** What workers do when the line between them and PostgreSQL goes bad. */

import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import * as Embedded from "@domainflow/db/embedded"
import { Internet } from "@domainflow/internet/Internet"
import { assert, it } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import * as Fleet from "./support/fleet.ts"
import * as Relay from "./support/Relay.ts"

const hour = 3_600_000

const asked = Effect.promise(async () => {}).pipe(
  Effect.andThen(Internet),
  Effect.flatMap((internet) => Effect.promise(internet.counts)),
  Effect.map(({ dns }) => dns.udp)
)

/** How many milliseconds of the leases are left, of the one that ends first; by the only clock that counts. */
const leaseLeft = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ left: number | null }>`
    select (extract(epoch from min(locked_at) - clock_timestamp()) * 1000)::float8 + ${Fleet.terms.lease} as "left"
    from campaign_jobs where status = 'running'
  `
  return row?.left ?? 0
})

/** Every name has one answer, and the counters say so. */
const assertWhole = Effect.fnUntraced(function* (id: CampaignId, names: number) {
  const campaign = yield* Fleet.ended(id)
  assert.strictEqual(campaign.status, "completed")
  assert.strictEqual(campaign.processedItems, BigInt(names))
  const rows = yield* Stream.runCollect((yield* DnsResults).stream(id))
  assert.strictEqual(new Set(rows.map(({ domainName }) => domainName)).size, names)
  assert.strictEqual(BigInt(rows.filter((row) => row.validationStatus === "Resolved").length), campaign.successfulItems)
})

it.live(
  "a worker that cannot beat stops before its lease ends, whatever its clock says, and another goes on",
  () =>
    Effect.gen(function* () {
      const { url } = yield* Embedded.Server
      const relay = yield* Relay.make(url)
      let ahead = hour
      yield* Fleet.worker(relay.url, { server: "silenced", ahead: () => ahead })
      // So many questions are in its hands that it could go on for a minute without the store.
      const id = yield* Fleet.resolving("silence", 1_200, { batchSize: 150, rate: 80 })
      yield* Effect.repeat(asked, { until: (count) => count > 100, schedule: Schedule.spaced("50 millis") })

      relay.stall()
      // Somebody sets its clock, of all moments now.
      ahead = -hour
      const atStall = yield* asked
      let last = atStall
      while ((yield* leaseLeft) > 200) {
        last = yield* asked
        yield* Effect.sleep("50 millis")
      }
      const atEnd = yield* asked
      yield* Effect.sleep("2 seconds")
      assert.isAbove(last, atStall, "it stopped because it could not go on, not because its lease was about to end")
      assert.strictEqual(yield* asked, atEnd, "it asked on after its lease had ended")

      yield* Fleet.worker(url, { server: "heir", ahead: () => -hour })
      const jobs = yield* SqlClient.SqlClient
      yield* Fleet.until(id, ({ processedItems }) => processedItems > 600n)
      relay.heal()
      yield* assertWhole(id, 1_200)
      const [job] = yield* jobs<{ attempts: number; server: string }>`
        select attempts, processing_server_id as server from campaign_jobs where campaign_id = ${id}
      `
      assert.deepStrictEqual(job, { attempts: 2, server: "heir" })

      // The one that was silent is well again.
      const next = yield* Fleet.resolving("again", 400)
      yield* assertWhole(next, 400)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)

it.live(
  "connections that are open at one end only are given up, and nothing is lost or done twice",
  () =>
    Effect.gen(function* () {
      const relay = yield* Relay.make((yield* Embedded.Server).url)
      yield* Fleet.worker(relay.url, { server: "one", limit: 1_500, terms: { smallestStretch: 150n } })
      const id = yield* Fleet.resolving("half", 900, { pace: 150 * 60, batchSize: 20 })
      for (const threshold of [100n, 400n]) {
        yield* Fleet.until(id, ({ processedItems }) => processedItems > threshold)
        relay.halfOpen()
      }
      yield* assertWhole(id, 900)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)

it.live(
  "connections that are cut again and again cost nothing but time",
  () =>
    Effect.gen(function* () {
      const relay = yield* Relay.make((yield* Embedded.Server).url)
      for (const server of ["one", "two"]) yield* Fleet.worker(relay.url, { server, terms: { smallestStretch: 150n } })
      const id = yield* Fleet.resolving("cut", 900, { pace: 150 * 60, batchSize: 20 })
      yield* Effect.sync(relay.cut).pipe(Effect.delay("400 millis"), Effect.repeat({ times: 20 }), Effect.forkScoped)
      yield* assertWhole(id, 900)
    }).pipe(Effect.scoped, Effect.provide(Fleet.layer())),
  120_000
)
