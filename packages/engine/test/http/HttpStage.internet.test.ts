import { DomainName } from "@domainflow/core/DomainName"
import { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import * as Internet from "@domainflow/internet/Internet"
import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Guard from "../../src/http/Guard.ts"
import * as HttpStage from "../../src/http/HttpStage.ts"

/** Some names of each kind of site. */
const sample = (world: Internet.Running["world"], each: number): ReadonlyArray<DomainName> => {
  const left = new Map<string, number>()
  const names: Array<DomainName> = []
  for (let index = 0; index < 30_000; index++) {
    const name = DomainName.make(`n${index}acme.com`)
    const { site } = world.truth(name)
    const wanted = left.get(site?.kind ?? "none") ?? each
    if (wanted === 0 || world.expectedDns(name).status !== "Resolved") continue
    left.set(site?.kind ?? "none", wanted - 1)
    names.push(name)
  }
  return names
}

it.live(
  "what pages come to agrees with what the loopback internet knows it served",
  () =>
    Effect.gen(function* () {
      const internet = yield* Internet.Internet
      const { ca, world } = internet
      const ports = [internet.ports.https, internet.ports.http]
      const word = "checkout"
      const stage = yield* HttpStage.make(Schema.decodeSync(HttpPersona)({ requestTimeoutSeconds: 6 }), {
        scan: ({ text, title }) => {
          const count = `${text}\n${title ?? ""}`.toLowerCase().split(word).length - 1
          return { keywords: [], adHoc: count === 0 ? [] : [{ keyword: word, count, contexts: [] }] }
        },
        lookup: (host) =>
          Effect.sync(() => {
            const { a, aaaa } = world.expectedDns(host)
            return [...a, ...aaaa].map(({ address }) => address)
          }),
        ports,
        guard: Guard.make({ allow: ["loopback"] }),
        ca: [ca]
      })

      const names = sample(world, 12)
      yield* Effect.forEach(
        names,
        (name) =>
          Effect.map(stage.ask(name), (verdict) => {
            const expected = world.expectedHttp(name, [{ pattern: word, ruleType: "string" }], { ports })
            const { kind } = world.truth(name).site ?? { kind: "none" }
            // How far to follow an endless road, or how long to stand before a silent door, is the visitor's choice.
            const isEndless = kind === "endless" || kind === "loop" || kind === "silent"
            assert.deepStrictEqual(
              {
                status: verdict.status,
                statusCode: verdict.statusCode,
                title: verdict.title,
                // Where text or hash are left to the reader, any will do.
                snippet: expected.text === null ? null : verdict.snippet,
                contentHash: expected.contentHash === null ? null : verdict.contentHash,
                count: verdict.adHoc[0]?.count ?? 0,
                port: verdict.port,
                urls: isEndless ? [] : verdict.urls
              },
              {
                status: expected.status,
                statusCode: expected.statusCode,
                title: expected.title,
                snippet: expected.text === null ? null : Array.from(expected.text).slice(0, 256).join(""),
                contentHash: expected.contentHash,
                count: expected.keywords[0]?.count ?? 0,
                port: expected.port,
                urls: isEndless ? [] : expected.urls
              },
              `${name} (${kind}): ${verdict.reason}`
            )
          }),
        { concurrency: 32, discard: true }
      )
    }).pipe(Effect.scoped, Effect.provide(Internet.Internet.layer())),
  120_000
)
