import { isDeepStrictEqual } from "node:util"
import type { DnsVerdict } from "@domainflow/core/dns/DnsVerdict"
import * as Internet from "@domainflow/internet/Internet"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { names, stage } from "./asking.ts"

/** Of each kind of name so many, wildcard zones among them. */
const sample = (world: Internet.Running["world"], each: number) => {
  const taken = new Map<string, number>()
  const texts: Array<string> = []
  for (let i = 0; i < 60_000; i++) {
    const name = `n${i}acme.${i % 9 === 0 ? "ws" : "com"}`
    const { kind } = world.truth(name).host
    if ((taken.get(kind) ?? 0) >= each) continue
    taken.set(kind, (taken.get(kind) ?? 0) + 1)
    texts.push(name)
  }
  return names(...texts)
}

const told = ({ records, status }: DnsVerdict) => ({
  status,
  rcode: records?.rcode,
  a: records?.a,
  aaaa: records?.aaaa,
  cname: records?.cname,
  wildcard: records?.wildcard ?? false,
  // A name that resolves by one half says what became of the other: the internet has no opinion on that.
  reason: status === "Resolved" ? null : (records?.reason ?? null)
})

it.live.each([
  ["UDP", ""],
  ["TCP", "tcp://"]
] as const)("verdicts by %s agree with what the loopback internet knows of every kind of name", ([transport, scheme]) =>
  Effect.gen(function* () {
    const { resolver, world } = yield* Internet.Internet
    const asked = sample(world, 15)
    const { ask } = yield* stage([scheme + resolver], { queryTimeoutSeconds: 1 }, { retryAttempts: 2, wildcard: true })
    const verdicts = yield* ask(asked)
    const wrong = verdicts.flatMap((verdict, i) => {
      const expected = world.expectedDns(asked[i]!)
      const said = told(verdict)
      return isDeepStrictEqual(said, expected) ? [] : [{ name: asked[i], said, expected }]
    })
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(asked.length, 250, transport)
  }).pipe(Effect.provide(Internet.Internet.layer({ patienceMillis: 0 })))
)
