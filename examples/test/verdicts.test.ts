import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import type { DnsRecords } from "@domainflow/core/dns/DnsVerdict"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import type { KeywordFinding } from "@domainflow/core/keyword/KeywordFinding"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import { RunnerSettings } from "@domainflow/engine/campaign/RunnerSettings"
import * as Guard from "@domainflow/engine/http/Guard"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { spawn } from "@domainflow/internet/Internet"
import { Effect, Layer, Stream } from "effect"
import { assert, it } from "vitest"
import { fresh } from "../../packages/db/test/support/Database.ts"
import { findOrCreate, keywordSet } from "../quickstart/pipeline.ts"

const names = 20_000

/** Every stored verdict beside what the loopback internet knows it served. */
it("20,000 names come to the verdicts the internet gave them", { timeout: 600_000 }, () =>
  Effect.gen(function* () {
    const internet = yield* Effect.acquireRelease(
      Effect.promise(() => spawn()),
      (running) => Effect.promise(running.stop)
    )
    const { world } = internet
    const services = CampaignRunner.layer.pipe(
      Layer.provideMerge(Db.layerUrl(yield* fresh("migrated"))),
      Layer.provide([Re2.layer, SecretBox.layerConfig])
    )

    yield* Effect.gen(function* () {
      const runner = yield* CampaignRunner
      const target = {
        label: "verdicts",
        dns: { resolvers: [internet.resolver], queryTimeoutSeconds: 2, maxConcurrentGoroutines: 2_000 },
        http: { requestTimeoutSeconds: 10 },
        ports: [internet.ports.https, internet.ports.http]
      }
      const { campaigns } = yield* findOrCreate(target, names, false)
      for (const { id } of campaigns) yield* runner.run(id)
      const [generation, resolution, fetching] = yield* Effect.forEach(campaigns, ({ id }) =>
        Effect.flatMap(Campaigns, (port) => port.get(id))
      )

      const wrong: Array<unknown> = []
      const differ = (name: string, stored: unknown, expected: unknown) => {
        if (JSON.stringify(stored) !== JSON.stringify(expected)) wrong.push({ name, stored, expected })
      }
      let resolved = 0
      const dns = yield* DnsResults
      const answered = yield* dns.stream(resolution!.id).pipe(
        Stream.runFold(
          () => 0,
          (count, row) => {
            const expected = world.expectedDns(row.domainName)
            // Our own campaign wrote the row, so it has our shape.
            const records = row.dnsRecords as DnsRecords
            if (expected.status === "Resolved") resolved++
            differ(
              row.domainName,
              [row.validationStatus, records.rcode, addresses(records.a), addresses(records.aaaa), records.cname],
              [expected.status, expected.rcode, addresses(expected.a), addresses(expected.aaaa), expected.cname]
            )
            return count + 1
          }
        )
      )
      assert.strictEqual(answered, names)

      const http = yield* HttpResults
      let found = 0
      const fetched = yield* http.stream(fetching!.id).pipe(
        Stream.runFold(
          () => 0,
          (count, row) => {
            const expected = world.expectedHttp(row.domainName, keywordSet.rules)
            const findings = (row.foundKeywordsFromSets ?? []) as ReadonlyArray<KeywordFinding>
            if (expected.status === "Success") found++
            differ(
              row.domainName,
              [row.validationStatus, row.httpStatusCode, row.pageTitle, findings.map((f) => [f.ruleIndex, f.count])],
              [
                expected.status,
                expected.statusCode,
                expected.title,
                expected.keywords.map((k) => [k.ruleIndex, k.count])
              ]
            )
            if (expected.contentHash !== null) differ(row.domainName, row.contentHash, expected.contentHash)
            return count + 1
          }
        )
      )
      assert.deepStrictEqual(wrong, [])
      assert.strictEqual(fetched, resolved)
      assert.deepStrictEqual(
        [generation, resolution, fetching].map((c) => [
          c?.status,
          c?.totalItems,
          c?.processedItems,
          c?.successfulItems
        ]),
        [
          ["completed", BigInt(names), BigInt(names), BigInt(names)],
          ["completed", BigInt(names), BigInt(names), BigInt(resolved)],
          ["completed", BigInt(resolved), BigInt(resolved), BigInt(found)]
        ]
      )
    }).pipe(
      Effect.provide(services),
      Effect.provideService(RunnerSettings, {
        // Both ends of every handshake are on this machine: more of them at once only wait for each other.
        httpConcurrency: 64,
        http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [internet.ca] },
        resolvers: []
      })
    )
  }).pipe(Effect.scoped, Effect.runPromise)
)

/** Sorted: a resolver may give the records of a set in any order. */
const addresses = (records: ReadonlyArray<{ readonly address: string; readonly ttl: number }>) =>
  records.map(({ address, ttl }) => `${address} ${ttl}`).sort()
