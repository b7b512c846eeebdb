/** A fleet: two worker processes share a pipeline, one of them is stopped on the way, and nothing is missing. */
import { fork } from "node:child_process"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Start from "@domainflow/core/campaign/Start"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Internet } from "@domainflow/internet/Internet"
import { Console, Effect, Layer, Redacted, Stream } from "effect"

const worker = (url: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const env = { ...process.env, DATABASE_URL: Redacted.value(url) }
      return fork(new URL("./fleet/worker.ts", import.meta.url), [], { env })
    }),
    (running) => Effect.sync(() => running.kill())
  )

const program = Effect.gen(function* () {
  const { resolver } = yield* Internet
  const { url } = yield* Embedded.Server
  const campaigns = yield* Campaigns
  const configDetails = { resolvers: [resolver], queryTimeoutSeconds: 1 }
  const persona = yield* Personas.use((all) => all.create({ name: "fleet", personaType: "dns", configDetails }))
  const generation = {
    patternType: "suffix",
    characterSet: "alphanumeric",
    variableLength: 3,
    constantString: "acme",
    tld: "com",
    numDomainsToGenerate: 10_000
  }
  // The DNS campaign streams behind the one that spells, and starts with it.
  const pipeline = { name: "look-alikes of acme", generation, dns: { personaIds: [persona.id] as const } }
  const [spelling, resolving] = yield* campaigns.createPipeline(pipeline)

  yield* worker(url)
  const second = yield* worker(url)
  yield* Start.start(spelling!.id)
  // Every change, in order and once; the stream ends with the campaign.
  yield* Stream.runForEach(campaigns.watch(resolving!.id), ({ processedItems }) =>
    Effect.sync(() => processedItems > 1_000n && second.kill())
  )
  const { processedItems, status } = yield* campaigns.get(resolving!.id)
  yield* Console.log(`${status}: ${processedItems} names, though a worker was stopped on the way`)
})

const store = Layer.unwrap(Effect.map(Embedded.Server, ({ url }) => Db.layerUrl(url)))
const domainflow = store.pipe(Layer.provide(SecretBox.layerConfig), Layer.provideMerge(Re2.layer))
const world = Layer.mergeAll(Embedded.layer({ port: 0 }), Internet.layerSpawned())
Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(domainflow), Effect.provide(world)))

// Prints:
// completed: 10000 names, though a worker was stopped on the way
