import { DomainName } from "@domainflow/core/DomainName"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import * as DnsPersona from "@domainflow/core/persona/DnsPersona"
import { Effect } from "effect"
import * as DnsStage from "../../src/dns/DnsStage.ts"
import * as Peer from "./Peer.ts"

type Settings = Parameters<typeof DnsPersona.make>[0]

export const names = (...texts: ReadonlyArray<string>): ReadonlyArray<DomainName> =>
  texts.map((text) => DomainName.make(text))

/** A stage that asks `resolvers`, without looking for wildcards unless `options` say so. */
export const stage = (resolvers: ReadonlyArray<string>, settings: Settings = {}, options: DnsStage.Options = {}) =>
  DnsStage.make(DnsPersona.make({ resolvers, ...settings }), { wildcard: false, ...options })

/** One peer and a stage that asks nobody else. */
export const peered = Effect.fnUntraced(function* (
  answering: Peer.Answering,
  settings: Settings = {},
  options: DnsStage.Options = {}
) {
  const peer = yield* Peer.make(answering)
  return { peer, stage: yield* stage([peer.resolver], settings, options) }
})

/** The verdict on one name by a peer that answers like this. */
export const verdictOn = (
  name: string,
  answering: Peer.Answering,
  settings: Settings = {},
  options: DnsStage.Options = {}
): Effect.Effect<DnsVerdict> =>
  Effect.gen(function* () {
    const { stage } = yield* peered(answering, settings, options)
    const [verdict] = yield* stage.ask(names(name))
    return verdict!
  }).pipe(Effect.scoped, Effect.orDie)

/** Waits until something outside of the test's clock has come true, such as a packet that arrived. */
export const until = (condition: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    const deadline = performance.now() + 4_000
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`waited in vain until ${condition}`)
      await new Promise((later) => setTimeout(later, 1))
    }
  })

/** Lets loopback packets arrive that may be on their way: for saying that something did not happen. */
export const aWhile: Effect.Effect<void> = Effect.promise(() => new Promise((later) => setTimeout(later, 30)))
