/** The engine in a script, with Effect: the same stream, each part in your hands. */
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import * as DnsPersona from "@domainflow/core/persona/DnsPersona"
import * as DnsStage from "@domainflow/engine/dns/DnsStage"
import * as Generate from "@domainflow/engine/generation/Generate"
import * as Pipeline from "@domainflow/engine/Pipeline"
import { Internet } from "@domainflow/internet/Internet"
import { Console, Effect, Stream } from "effect"

const program = Effect.gen(function* () {
  const { resolver } = yield* Internet
  const names = yield* Enumeration.make({
    patternType: "both",
    characterSet: "ab",
    variableLength: 2,
    constantString: "acme",
    tld: "com"
  })
  const dns = yield* DnsStage.make(DnsPersona.make({ resolvers: [resolver] }), { retryAttempts: 1 })

  yield* Generate.stream(names).pipe(
    Pipeline.resolve(dns),
    Stream.filter(Pipeline.isResolved),
    Stream.runForEach(({ dns, name }) => Console.log(`${name} ${dns.records?.a.length} A record(s)`))
  )
})

Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Internet.layerSpawned())))

// Prints:
// aaacmeba.com 1 A record(s)
// bbacmeba.com 1 A record(s)
