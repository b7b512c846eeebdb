import { fork } from "node:child_process"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import type { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Internet } from "@domainflow/internet/Internet"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { assert, it } from "vitest"
import * as Database from "../../packages/db/test/support/Database.ts"

/** A process of the program that a fleet consists of; killed in the end, whatever it is about. */
const worker = (url: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const env = { ...process.env, DATABASE_URL: Redacted.value(url) }
      const execArgv = ["--conditions=@domainflow/source"]
      return fork(new URL("../fleet/worker.ts", import.meta.url), [], { env, execArgv, stdio: "ignore" })
    }),
    (running) => Effect.sync(() => running.kill("SIGKILL"))
  )

/** Runs a test on a database and an internet of its own. */
const inFleet = (test: (url: Redacted.Redacted) => Effect.Effect<void, unknown, Stores | Internet | Scope.Scope>) =>
  Effect.gen(function* () {
    const url = yield* Database.fresh("migrated")
    const store = Db.layerUrl(url, { migrate: false, maxConnections: 3 })
    return yield* test(url).pipe(
      Effect.provide(Layer.provideMerge(store, Layer.merge(Re2.layer, SecretBox.layerConfig)))
    )
  }).pipe(Effect.scoped, Effect.provide(Internet.layerSpawned({ block: 140, ipv6: false })), Effect.runPromise)

type Stores = Layer.Success<ReturnType<typeof Db.layerUrl>> | LinearRegex

const pipeline = Effect.fnUntraced(function* (name: string, names: number, perMinute: number) {
  const { resolver } = yield* Internet
  const configDetails = { resolvers: [resolver], queryTimeoutSeconds: 1 }
  const persona = yield* Personas.use((all) => all.create({ name, personaType: "dns", configDetails }))
  const campaigns = yield* Campaigns.use((port) =>
    port.createPipeline({
      name,
      generation: {
        patternType: "prefix",
        characterSet: "letters",
        variableLength: 5,
        constantString: name,
        tld: "com",
        numDomainsToGenerate: names
      },
      dns: { personaIds: [persona.id], batchSize: 50, retryAttempts: 0, processingSpeedPerMinute: perMinute }
    })
  )
  return campaigns.map(({ id }) => id) as [generation: CampaignId, dns: CampaignId]
})

const get = (id: CampaignId) => Campaigns.use((port) => port.get(id))

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  condition.pipe(Effect.delay("100 millis"), Effect.repeat({ until: (holds) => holds }), Effect.timeout("90 seconds"))

it("four worker processes keep one pace, with about one write of it a second", { timeout: 240_000 }, () =>
  inFleet((url) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const perSecond = 200
      const [generation, dns] = yield* pipeline("pace", 40_000, perSecond * 60)
      for (let i = 0; i < 4; i++) yield* worker(url)
      yield* Start.start(generation)
      yield* until(Effect.map(get(generation), ({ status }) => status === "completed"))
      const holders = sql<{ count: bigint }>`
        select count(distinct processing_server_id) from campaign_jobs where campaign_id = ${dns} and status = 'running'
      `
      yield* until(Effect.map(holders, ([row]) => row?.count === 4n))
      yield* Effect.sleep("5 seconds")

      // By the clock of the store, which every batch was counted by.
      const measure = Effect.gen(function* () {
        const [row] = yield* sql<{ processed: bigint; seconds: number }>`
          select processed_items as processed, extract(epoch from at)::float8 as seconds
          from campaign_progress where campaign_id = ${dns} order by seq desc limit 1
        `
        const [writes] = yield* sql<{ writes: bigint }>`
          select n_tup_ins + n_tup_upd as writes from pg_stat_user_tables where relname = 'campaign_paces'
        `
        return { processed: Number(row!.processed), seconds: row!.seconds, writes: Number(writes!.writes) }
      })
      const first = yield* measure
      // Long enough that a batch more or less, and a machine that hesitates for a second, is no twentieth.
      yield* Effect.sleep("75 seconds")
      const last = yield* measure
      yield* Campaigns.use((port) => Effect.ignore(port.move(dns, "cancelled")))

      const seconds = last.seconds - first.seconds
      const share = (last.processed - first.processed) / seconds / perSecond
      console.log(
        `${(share * 100).toFixed(1)} % of the pace, ${((last.writes - first.writes) / seconds).toFixed(2)} writes a second`
      )
      assert.isAtLeast(share, 0.95)
      assert.isAtMost(share, 1.05)
      // One a second for all of them together; four times that is what is promised.
      assert.isAtMost((last.writes - first.writes) / seconds, 2)
    })
  )
)

it(
  "a small campaign is answered at once while one of ten million names keeps the fleet busy",
  { timeout: 240_000 },
  () =>
    inFleet((url) =>
      Effect.gen(function* () {
        /** Milliseconds from the start of a campaign of few names to the first verdict. */
        const first = Effect.fnUntraced(function* (name: string) {
          const small = yield* pipeline(name, 20, 0)
          const began = performance.now()
          yield* Start.start(small[0])
          yield* until(Effect.map(get(small[1]), ({ processedItems }) => processedItems > 0n))
          return performance.now() - began
        })
        for (let i = 0; i < 2; i++) yield* worker(url)
        yield* first("warm")
        const alone = yield* first("alone")
        const large = yield* pipeline("large", 10_000_000, 0)
        yield* Start.start(large[0])
        yield* until(Effect.map(get(large[1]), ({ processedItems }) => processedItems > 0n))

        const beside = yield* first("beside")

        // Five seconds is the promise; a machine that is slow with the campaign alone is given eight times that.
        assert.isBelow(beside, Math.max(5_000, 8 * alone))
        const now = yield* get(large[0])
        assert.strictEqual(now.status, "running")
        assert.strictEqual(now.totalItems, 10_000_000n)
        for (const id of large) yield* Campaigns.use((port) => Effect.ignore(port.move(id, "cancelled")))
        console.log(`first verdict: ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} ms beside ten million names`)
      })
    )
)
