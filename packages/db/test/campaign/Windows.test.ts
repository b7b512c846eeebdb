import { DnsResults, placeOf } from "@domainflow/core/dns/DnsResults"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import * as Windows from "../../src/campaign/Windows.ts"
import * as Stores from "../support/Stores.ts"

it("pages are those of one long read, and no read looks at more than a window", () =>
  fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(600_000), { maxLength: 40 }),
      fc.integer({ min: 1, max: 15 }),
      fc.nat(600_000),
      async (places, limit, size) => {
        const open = places.filter((place) => place < size).sort((one, other) => one - other)
        const names: Windows.Names<number, number, never, never> = {
          read: (after, limit, end = size) =>
            Effect.sync(() => {
              assert.isAtMost(end - after, 262_144 + 1)
              return open.filter((place) => place > after && place <= end).slice(0, limit)
            }),
          ahead: (after, names) => Effect.succeed(after + 1 + names < size ? after + 1 + names : undefined)
        }
        const found: Array<number> = []
        for (let after = -1; ; ) {
          const page = await Effect.runPromise(Windows.page(names, after, limit))
          found.push(...page)
          if (page.length < limit) break
          after = page.at(-1)!
        }
        assert.deepStrictEqual(found, open)
      }
    )
  ))

it.live(
  "the few names without an answer are found behind a hundred thousand that have one",
  () =>
    Effect.gen(function* () {
      const [sql, dns, http] = [yield* SqlClient.SqlClient, yield* DnsResults, yield* HttpResults]
      const { campaign } = yield* Scene.spelled(3)
      const resolve = yield* Scene.dns(campaign.id)
      const fetch = yield* Scene.http(resolve.id)
      // As an older installation left them: answered, and no resume point.
      yield* sql`
        insert into generated_domains (domain_generation_campaign_id, domain_name, offset_index)
        select ${campaign.id}, 'n' || lpad(n::text, 6, '0') || '.com', 3 + n from generate_series(0, 100000) n
      `
      yield* sql`
        insert into dns_validation_results (dns_campaign_id, domain_name, validation_status, generated_domain_id)
        select ${resolve.id}, domain_name, 'Resolved', id from generated_domains
        where domain_generation_campaign_id = ${campaign.id} and offset_index between 3 and 100000
      `
      yield* sql`
        insert into http_keyword_results (http_keyword_campaign_id, domain_name, validation_status)
        select ${fetch.id}, domain_name, 'Success' from dns_validation_results
        where dns_campaign_id = ${resolve.id} and domain_name < 'n099990.com'
      `
      yield* sql`update dns_validation_params set highest_offset = 100003 where campaign_id = ${resolve.id}`
      yield* sql`analyze generated_domains, dns_validation_results, http_keyword_results`

      const offsets = (questions: ReadonlyArray<{ readonly offset: bigint }>) => questions.map(({ offset }) => offset)
      const first = yield* dns.questions(resolve.id, -1n, 4)
      assert.deepStrictEqual(offsets(first), [0n, 1n, 2n, 100_001n])
      const rest = yield* dns.questions(resolve.id, placeOf(first.at(-1)!), 4)
      assert.deepStrictEqual(offsets(rest), [100_002n, 100_003n])

      const pages = yield* http.questions(fetch.id, null, 100)
      assert.deepStrictEqual(
        pages.map(({ domainName }) => domainName),
        Array.from({ length: 8 }, (_, n) => `n09999${n}.com`)
      )
    }).pipe(Effect.provide(Stores.layer)),
  60_000
)
