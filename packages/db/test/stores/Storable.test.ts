import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { HttpResults } from "@domainflow/core/http/HttpResults"
import { Personas } from "@domainflow/core/persona/Personas"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import * as Scene from "@domainflow/core/testing/Scene"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as Json from "../../src/Json.ts"
import * as Stores from "../support/Stores.ts"

/** What PostgreSQL stores in no text and no JSON: NUL, and halves of surrogate pairs. */
const vile = 'a\0b\ud800c\udc00d \\u0000 \\ud800 " \\\\ 💥'
const mild = 'ab\ufffdc\ufffdd \\u0000 \\ud800 " \\\\ 💥'

describe("JSON text", () => {
  it("reads back as it was, but for what cannot be stored", () =>
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const text = Json.text(value)
        const read = JSON.stringify(JSON.parse(text))
        assert.notMatch(read, /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i)
        const given = JSON.stringify(value)
        if (!/\\u(0000|d[89a-f])/i.test(given)) assert.strictEqual(text, given)
      })
    ))

  it("has nothing left of NUL and of half pairs, in keys as in values", () =>
    assert.deepStrictEqual(JSON.parse(Json.text({ [vile]: [vile] })), { [mild]: [mild] }))
})

layer(Stores.layer)("text that PostgreSQL refuses is stored without what it refuses", (it) => {
  it.effect("in whatever a caller or a page says", () =>
    Effect.gen(function* () {
      const campaigns = yield* Campaigns
      const dns = yield* DnsResults
      const http = yield* HttpResults
      const { campaign: source } = yield* Scene.spelled(1)
      const { id } = yield* campaigns.create({
        name: vile,
        metadata: { [vile]: vile },
        params: {
          _tag: "http_keyword_validation",
          sourceCampaignId: source.id,
          sourceType: "DomainGeneration",
          personaIds: [(yield* Scene.persona("http")).id],
          adHocKeywords: [vile],
          metadata: [vile]
        }
      })
      const made = yield* campaigns.get(id)
      assert.deepStrictEqual([made.name, made.metadata], [mild, { [mild]: mild }])
      assert.deepInclude(yield* campaigns.params(id), { adHocKeywords: [mild], metadata: [mild] })
      assert.strictEqual((yield* campaigns.move(id, "cancelled", vile)).errorMessage, mild)

      const [question] = yield* http.questions(id, null, 1)
      const { verdict, ...rest } = Scene.httpAnswer(question!)
      const page = { title: vile, snippet: vile, reason: vile, headers: { [vile]: [vile] }, urls: [vile] }
      yield* http.append(id, [{ ...rest, verdict: { ...verdict, ...page } }])
      const [result] = yield* Scene.collect(http.stream(id))
      assert.deepInclude(result!, { pageTitle: mild, extractedContentSnippet: mild })
      assert.deepStrictEqual(result!.responseHeaders, { [mild]: [mild] })
      assert.deepStrictEqual([result!.fetchDetails?.reason, result!.fetchDetails?.urls], [mild, [mild]])

      const resolve = yield* Scene.dns(source.id)
      const [asked] = yield* Scene.questions(resolve.id)
      const answer = Scene.dnsAnswer(asked!)
      const records = { ...answer.verdict.records!, resolver: vile, reason: vile }
      yield* dns.append(resolve.id, [{ ...answer, verdict: { ...answer.verdict, records } }])
      const [resolved] = yield* Scene.collect(dns.stream(resolve.id))
      assert.deepInclude(resolved!.dnsRecords, { resolver: mild, reason: mild })

      const persona = yield* Personas.use((personas) =>
        personas.create({ name: vile, description: vile, personaType: "dns", configDetails: { [vile]: vile } })
      )
      assert.deepStrictEqual([persona.name, persona.description], [mild, mild])
      assert.deepStrictEqual(persona.configDetails, { [mild]: mild })
      const proxies = yield* Proxies
      const proxy = yield* proxies.create({ name: vile, address: "proxy:1", protocol: "http", city: vile })
      assert.deepStrictEqual([proxy.name, proxy.city], [mild, mild])
      yield* proxies.report(proxy.id, { isHealthy: false, lastStatus: vile, latencyMs: null })
      assert.strictEqual((yield* proxies.get(proxy.id)).lastStatus, mild)
      const { items } = yield* AuditLog.use((audit) => audit.page({ entityId: proxy.id }))
      assert.deepInclude(items[0]!.details, { name: mild })
    })
  )
})
