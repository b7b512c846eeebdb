/** DomainFlow in a service: one layer with a database URL, one campaign run to its end. */
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Personas } from "@domainflow/core/persona/Personas"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { Internet } from "@domainflow/internet/Internet"
import { Console, Effect, Layer, Redacted } from "effect"

// DATABASE_URL, or a PostgreSQL that lives as long as this program.
const url = Effect.gen(function* () {
  const given = process.env["DATABASE_URL"]
  return given === undefined ? (yield* Embedded.start({})).url : Redacted.make(given)
})
const domainflow = CampaignRunner.layer.pipe(
  Layer.provideMerge(Layer.unwrap(Effect.map(url, (url) => Db.layerUrl(url)))),
  Layer.provide([Re2.layer, SecretBox.layerConfig])
)

const program = Effect.gen(function* () {
  const { resolver } = yield* Internet
  const campaigns = yield* Campaigns
  const runner = yield* CampaignRunner
  const persona = yield* Effect.flatMap(Personas, (personas) =>
    personas.create({ name: `service ${Date.now()}`, personaType: "dns", configDetails: { resolvers: [resolver] } })
  )
  const pipeline = yield* campaigns.createPipeline({
    name: "look-alikes of acme",
    generation: {
      patternType: "suffix",
      characterSet: "alphanumeric",
      variableLength: 2,
      constantString: "acme",
      tld: "com",
      numDomainsToGenerate: 1_000
    },
    dns: { personaIds: [persona.id] }
  })
  for (const { id } of pipeline) {
    const { campaignType, processedItems, status, successfulItems } = yield* runner.run(id)
    yield* Console.log(`${campaignType} ${status}: ${successfulItems} of ${processedItems}`)
  }
})

Effect.runPromise(program.pipe(Effect.provide(domainflow), Effect.scoped, Effect.provide(Internet.layerSpawned())))

// Prints:
// domain_generation completed: 1000 of 1000
// dns_validation completed: 320 of 1000
