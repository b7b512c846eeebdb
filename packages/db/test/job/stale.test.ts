import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { Fence } from "@domainflow/core/job/Fence"
import { type Claim, Jobs } from "@domainflow/core/job/Jobs"
import * as JobScene from "@domainflow/core/testing/JobScene"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

/** Rounds of a claim of each job that is lost; with seven writes in the name of the latest sixteen stale claims, over 1,000 in all. */
const rounds = 15

it.live(
  "of a thousand writes in the name of claims that are over, none is accepted",
  () =>
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const campaigns = yield* Campaigns
      const domains = yield* GeneratedDomains
      const answers = yield* DnsResults
      const pages = yield* HttpResults
      const sql = yield* SqlClient.SqlClient
      const { id } = yield* JobScene.queued(8, 1_000)
      const names = yield* Scene.batch(id, 0n, 8)
      const { campaign } = yield* Scene.spelled(2)
      const dns = yield* Scene.dns(campaign.id)
      const http = yield* Scene.http(dns.id)
      const [question] = yield* Scene.questions(dns.id)

      /** Each write there is in the name of a claim, and whether it was accepted. */
      const writes = (claim: Claim): ReadonlyArray<Effect.Effect<boolean, unknown>> => {
        const kept = <A, E>(append: Effect.Effect<A, E>) =>
          append.pipe(
            Effect.provideService(Fence, claim),
            Effect.match({ onFailure: () => false, onSuccess: () => true })
          )
        return [
          Effect.map(jobs.beat([claim]), ({ size }) => size > 0),
          Effect.map(jobs.complete([claim]), ({ size }) => size > 0),
          Effect.map(jobs.release([claim]), ({ size }) => size > 0),
          Effect.map(jobs.fail(claim, "stale"), (outcome) => outcome !== null),
          kept(domains.append(names)),
          kept(answers.append(dns.id, [Scene.dnsAnswer(question!)])),
          kept(pages.append(http.id, [Scene.httpAnswer({ domainName: question!.domainName, dnsResultId: null })]))
        ]
      }

      let [made, accepted] = [0, 0]
      const stale: Array<Claim> = []
      for (let round = 0; round < rounds; round++) {
        const mine = yield* jobs.claim({ server: "same", limit: 8 })
        assert.strictEqual(mine.length, 8)
        // The jobs run again, under other claims of the same worker: all that came before are over.
        for (const claim of stale.slice(-16)) {
          for (const write of writes(claim)) {
            made++
            if (yield* write) accepted++
          }
        }
        yield* sql`update campaign_jobs set locked_at = locked_at - interval '1 minute' where campaign_id = ${id}`
        assert.deepStrictEqual(yield* jobs.rescue, { retried: 8, failed: 0 })
        yield* sql`update campaign_jobs set next_execution_at = now() where campaign_id = ${id}`
        stale.push(...mine)
      }

      assert.isAtLeast(made, 1_000)
      assert.strictEqual(accepted, 0)
      assert.strictEqual((yield* campaigns.get(id)).processedItems, 0n)
      assert.strictEqual((yield* campaigns.get(dns.id)).processedItems, 0n)
      const standing = yield* jobs.page({ campaignId: id })
      // Every lost worker counted, and nothing else did.
      assert.isTrue(standing.items.every(({ attempts, status }) => attempts === rounds && status === "retry"))
    }).pipe(Effect.provide(Stores.layer)),
  60_000
)
