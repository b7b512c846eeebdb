import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { DnsResults } from "@domainflow/core/dns/DnsResults"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Internet } from "@domainflow/internet/Internet"
import { Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { assert, it } from "vitest"

/** How long the server is away. */
const outage = "10 seconds"

const names = 1_500

it("waits for a PostgreSQL that goes away in the middle of a campaign, and loses nothing", { timeout: 120_000 }, () =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "domainflow-outage-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const port = 40_000 + (process.pid % 10_000)
    const serve = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { url } = yield* Embedded.start({ dataDir: join(folder, "data"), port }).pipe(Scope.provide(scope))
      return { url, stop: Scope.close(scope, Exit.void) }
    })
    const first = yield* serve
    const { resolver } = yield* Internet

    yield* Effect.gen(function* () {
      const campaigns = yield* Campaigns
      const runner = yield* CampaignRunner
      const persona = yield* Effect.flatMap(Personas, (personas) =>
        personas.create({
          name: "outage",
          personaType: "dns",
          configDetails: { resolvers: [resolver], rateLimitDps: 200, queryTimeoutSeconds: 1 }
        })
      )
      const [generation, resolution] = yield* campaigns.createPipeline({
        name: "outage",
        generation: {
          patternType: "prefix",
          characterSet: "letters",
          variableLength: 3,
          constantString: "acme",
          tld: "com",
          numDomainsToGenerate: names
        },
        dns: { personaIds: [persona.id], batchSize: 50, retryAttempts: 0 }
      })
      yield* runner.run(generation!.id)
      const run = yield* Effect.forkChild(runner.run(resolution!.id))
      yield* Effect.sleep("2 seconds")

      yield* first.stop
      yield* Effect.sleep(outage)
      assert.isUndefined(run.pollUnsafe(), "the campaign gave up")
      const second = yield* serve

      const ended = yield* Fiber.join(run)
      assert.strictEqual(ended.status, "completed")
      assert.strictEqual(ended.processedItems, BigInt(names))
      const rows = yield* Stream.runCollect((yield* DnsResults).stream(resolution!.id))
      assert.strictEqual(rows.length, names)
      yield* second.stop
    }).pipe(
      Effect.provide(
        CampaignRunner.layer.pipe(
          Layer.provideMerge(Db.layerUrl(first.url)),
          Layer.provide([Re2.layer, SecretBox.layerConfig])
        )
      )
    )
  }).pipe(Effect.provide(Internet.layerSpawned({ block: 140, ipv6: false })), Effect.scoped, Effect.runPromise)
)
